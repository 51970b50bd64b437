"""The CDK app: `python app.py` writes the cloud assembly to CDK_OUTDIR; settings come from context."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from infra.deployment_config import DEFAULTS, DeploymentConfigError, from_context, from_settings
from infra.packaging.build import Builder
from infra.packaging.target import Target
from snapkeep_cli.config import ConfigError

if TYPE_CHECKING:
    from aws_cdk import App

    from infra.deployment_config import DeploymentConfig
    from infra.lab_options import LabOptions
    from infra.packaging.assets import Assets


class Built(NamedTuple):
    """A config, and what waits for the code that is being built for it."""

    config: DeploymentConfig
    assets: Callable[[], Assets]


def main() -> None:
    """Synthesize the stacks that the context describes, and say how big their code is."""
    from infra.packaging.sizes import report

    early = check_early()
    with ThreadPoolExecutor(1) as beside:  # to import CDK takes seconds of one core
        built = Built(early, beside.submit(build, early).result) if early else None
        from aws_cdk import App

        app = App()
        assets = define(app, built)
    app.synth()
    print(*report(assets), sep="\n", file=sys.stderr)


def check_early() -> DeploymentConfig | None:
    """Refuse wrong settings and a wrong config at once: to import CDK takes ten seconds.

    The CDK CLI hands the context over in a variable, and what is too long for one in a file: then this
    returns None.
    """
    if "CONTEXT_OVERFLOW_LOCATION_ENV" in os.environ:
        return None
    context = json.loads(os.environ.get("CDK_CONTEXT_JSON", "{}"))
    return from_settings({name: str(context.get(name) or value) for name, value in DEFAULTS.items()})


def build(config: DeploymentConfig) -> Assets:
    """Build the code of the functions, unless the last build's is the same."""
    return Builder(Target(config.runtime, config.architecture)).assets(config.deployment)


def define(app: App, built: Built | None = None) -> Assets:
    """Put the stacks that the app's context describes into it; returns the code of their functions.

    Without `built`, or when that is for another config, the code is built here.
    """
    from infra import lab_options

    config = from_context(app.node)
    assets = built.assets() if built and built.config == config else build(config)
    add_stacks(app, config, assets)
    if lab := lab_options.from_context(app.node, config.deployment):
        add_lab(app, f"{config.stack}Lab", lab)
    return assets


def add_stacks(app: App, config: DeploymentConfig, assets: Assets) -> None:
    """The stack of a vault, or that of clusters and those of its places."""
    from infra.stacks.place_stack import PlaceStack
    from infra.stacks.snapkeep_stack import SnapkeepStack
    from infra.stacks.vault_stack import VaultStack
    from snapkeep.domain.copies.places import divided

    if vault := config.deployment.vault:
        VaultStack(app, config=config, vault=vault, assets=assets)
        return
    SnapkeepStack(app, config=config, assets=assets)
    for place in divided(config.deployment.places)[0]:
        PlaceStack(app, config=config, place=place)


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
