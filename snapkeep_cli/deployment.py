"""The deployment that a command works on, from `snapkeep.yaml`; a bad file ends the command with a
message."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from snapkeep.domain.naming import DEPLOYMENT_NAMES, is_deployment_name
from snapkeep.domain.policies import Deployment
from snapkeep_cli.config import ConfigError, load
from snapkeep_cli.exit_codes import Exit

DEFAULT_CONFIG = Path("snapkeep.yaml")
ConfigOption = Annotated[Path, typer.Option(help="The deployment's config file.")]
ClustersOption = Annotated[list[str] | None, typer.Option("--cluster", help="Only this cluster; repeatable.")]


def _prefix(text: str) -> str:
    if not is_deployment_name(text):
        raise typer.BadParameter(f"it must be {DEPLOYMENT_NAMES}")
    return text


PrefixOption = Annotated[
    str,
    typer.Option("--prefix", callback=_prefix, help="The name of the deployment (`cdk deploy -c prefix=…`)."),
]


def load_deployment(path: Path) -> Deployment:
    """The deployment of a config file; ends the command and lists every mistake if it is invalid."""
    try:
        return load(path)
    except ConfigError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(Exit.USAGE) from error


def chosen_clusters(deployment: Deployment, named: list[str] | None, config: Path) -> list[str]:
    """The requested clusters, by default all; ends the command if one is unknown."""
    known = [cluster.name for cluster in deployment.clusters]
    for name in named or []:
        if name not in known:
            typer.echo(f"{config}: no cluster {name!r} in clusters; known: {', '.join(known)}", err=True)
            raise typer.Exit(Exit.USAGE)
    return [name for name in known if not named or name in named]
