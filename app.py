"""The CDK app: `python app.py` writes the cloud assembly to CDK_OUTDIR; settings come from context."""

from __future__ import annotations

import sys

from aws_cdk import App

from config import ConfigError
from infra.deployment_config import DeploymentConfigError, from_context
from infra.packaging.build import Builder
from infra.packaging.sizes import report
from infra.packaging.target import Target
from infra.stacks.snapkeep_stack import SnapkeepStack


def main() -> None:
    """Synthesize the stack that the context describes."""
    app = App()
    config = from_context(app.node)
    assets = Builder(Target(config.runtime, config.architecture)).assets(config.deployment)
    SnapkeepStack(app, config=config, assets=assets)
    app.synth()
    print(*report(assets), sep="\n", file=sys.stderr)


if __name__ == "__main__":
    try:
        main()
    except (ConfigError, DeploymentConfigError) as error:
        sys.exit(str(error))
