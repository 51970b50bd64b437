"""The CDK app: `python app.py` writes the cloud assembly to CDK_OUTDIR; settings come from context."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

from infra.deployment_config import DEFAULTS, DeploymentConfigError, from_context, from_settings
from snapkeep_cli.config import ConfigError

if TYPE_CHECKING:
    from aws_cdk import App

    from infra.lab_options import LabOptions
    from infra.packaging.assets import Assets


def main() -> None:
    """Synthesize the stacks that the context describes, and say how big their code is."""
    check_early()
    from aws_cdk import App

    from infra.packaging.sizes import report

    app = App()
    assets = define(app)
    app.synth()
    print(*report(assets), sep="\n", file=sys.stderr)


def check_early() -> None:
    """Refuse wrong settings and a wrong config at once: to import CDK takes ten seconds.

    The CDK CLI hands the context over in a variable, and what is too long for one in a file.
    """
    if "CONTEXT_OVERFLOW_LOCATION_ENV" not in os.environ:
        context = json.loads(os.environ.get("CDK_CONTEXT_JSON", "{}"))
        from_settings({name: str(context.get(name) or value) for name, value in DEFAULTS.items()})


def define(app: App) -> Assets:
    """Put the stacks that the app's context describes into it; returns the code of their functions."""
    from infra import lab_options
    from infra.packaging.build import Builder
    from infra.packaging.target import Target
    from infra.stacks.place_stack import PlaceStack
    from infra.stacks.snapkeep_stack import SnapkeepStack

    config = from_context(app.node)
    assets = Builder(Target(config.runtime, config.architecture)).assets(config.deployment)
    SnapkeepStack(app, config=config, assets=assets)
    for place in config.deployment.places:
        PlaceStack(app, config=config, place=place)
    if lab := lab_options.from_context(app.node, config.deployment):
        add_lab(app, f"{config.stack}Lab", lab)
    return assets


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
