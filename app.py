"""The CDK app: `python app.py` writes the cloud assembly to CDK_OUTDIR; settings come from context."""

from __future__ import annotations

import sys

from aws_cdk import App

from infra import lab_options
from infra.deployment_config import DeploymentConfigError, from_context
from infra.lab_options import LabOptions
from infra.packaging.build import Builder
from infra.packaging.sizes import report
from infra.packaging.target import Target
from infra.stacks.snapkeep_stack import SnapkeepStack
from snapkeep_cli.config import ConfigError


def main() -> None:
    """Synthesize the stacks that the context describes."""
    app = App()
    config = from_context(app.node)
    assets = Builder(Target(config.runtime, config.architecture)).assets(config.deployment)
    SnapkeepStack(app, config=config, assets=assets)
    if lab := lab_options.from_context(app.node, config.deployment):
        add_lab(app, f"{config.stack}Lab", lab)
    app.synth()
    print(*report(assets), sep="\n", file=sys.stderr)


def add_lab(app: App, name: str, options: LabOptions) -> None:
    """The stack of the lab cluster; imported late, as its kubectl (36 MB) is for development only."""
    try:
        from infra.stacks.lab_stack import LabStack
    except ModuleNotFoundError as missing:
        raise DeploymentConfigError(f"lab: {missing}; `make .venv/stamps/dev` installs it") from missing
    LabStack(app, name, options=options)


if __name__ == "__main__":
    try:
        main()
    except (ConfigError, DeploymentConfigError) as error:
        sys.exit(str(error))
