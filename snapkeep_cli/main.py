"""The `snapkeep` command.

Only results go to standard output, so that they can be piped; messages for people go to
standard error. `snapkeep_cli.exit_codes` says how commands end. Under the name `kubectl-snapkeep` it
is a plugin of kubectl: https://kubernetes.io/docs/tasks/extend-kubectl/kubectl-plugins/
"""

from __future__ import annotations

import io
import sys
from typing import Annotated

import typer

from snapkeep_cli.api.where import ApiOption, ProfileOption, RegionOption, Where
from snapkeep_cli.exit_codes import IN_WORDS
from snapkeep_cli.later import LaterCommands


class Root(LaterCommands):
    """`snapkeep …`, in the order of its help."""

    later = {  # noqa: RUF012 - a table
        "restore": "restores:restore",
        "restore-namespace": "restore_namespace:restore_namespace",
        "backup": "backups:backup",
        "status": "status:status",
        "watch": "status:watch",
        "coverage": "coverage:coverage",
        "report": "report:report",
        "objects": "objects:objects",
        "ls": "files:ls",
        "versions": "files:versions",
        "find": "files:find",
        "capacity": "capacity:capacity",
        "cost": "cost:cost",
        "hold": "points:hold",
        "release": "points:release",
        "copy": "copies:copy",
        "copies": "loans:app",
        "checks": "checks:app",
        "prune": "prune:prune",
        "plan": "plan:plan",
        "try": "try_config:try_config",
        "doctor": "doctor:doctor",
        "adopt": "adopt:adopt",
        "manifests": "config_file:manifests",
        "validate": "config_file:validate",
        "schema": "config_file:schema",
        "retention": "retention:app",
        "policies": "protect:app",
    }


class Get(LaterCommands):
    """`snapkeep get …`."""

    later = {  # noqa: RUF012 - a table
        "points": "points:get_points",
        "file": "files:get_file",
        "copies": "copies:get_copies",
        "loans": "loans:get_loans",
        "restores": "restores:get_restores",
        "restore": "restores:get_restore",
        "backup": "backups:get_backup",
        "clusters": "coverage:get_clusters",
    }


class Describe(LaterCommands):
    """`snapkeep describe …`."""

    later = {  # noqa: RUF012 - a table
        "point": "points:describe_point",
        "claim": "claims:describe_claim",
        "restore": "restores:get_restore",
    }


app = typer.Typer(
    name="snapkeep",
    cls=Root,
    help="Backups of Kubernetes volumes on Amazon EKS, with nothing to run in the cluster.",
    epilog=IN_WORDS,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
get = typer.Typer(
    cls=Get,
    help="List recovery points, copies, loans, restores or clusters; fetch a file.",
    no_args_is_help=True,
)
app.add_typer(get, name="get")
describe = typer.Typer(cls=Describe, help="Show everything about one object.", no_args_is_help=True)
app.add_typer(describe, name="describe")


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"snapkeep {version('snapkeep')}")
        raise typer.Exit


VersionOption = Annotated[
    bool,
    typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True),
]


@app.callback()
def snapkeep(
    api: ApiOption = "",
    profile: ProfileOption = "",
    region: RegionOption = "",
    _version: VersionOption = False,
) -> None:
    """Backups of Kubernetes volumes on Amazon EKS, with nothing to run in the cluster."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names may have letters that the locale lacks
    Where.api, Where.profile, Where.region = api, profile, region


if __name__ == "__main__":
    app()
