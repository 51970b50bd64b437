"""The `snapkeep` command.

Only results go to standard output, so that they can be piped; messages for people go to
standard error. `snapkeep_cli.exit_codes` says how commands end. Under the name `kubectl-snapkeep` it
is a plugin of kubectl: https://kubernetes.io/docs/tasks/extend-kubectl/kubectl-plugins/
"""

from __future__ import annotations

import io
import json
import shlex
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from snapkeep.domain.policies import USUAL_NAME, Policy
from snapkeep_cli.api.calls import ClusterOption, Where, ending_well
from snapkeep_cli.api.connection import ApiOption, ProfileOption, RegionOption
from snapkeep_cli.cluster.manifests import cluster_manifests, kustomization, to_yaml
from snapkeep_cli.commands import (
    adopt,
    backups,
    capacity,
    claims,
    copies,
    cost,
    coverage,
    plan,
    points,
    protect,
    prune,
    report,
    restores,
    retention,
    status,
    try_config,
)
from snapkeep_cli.config import json_schema, load_size
from snapkeep_cli.config.overlaps import overlaps
from snapkeep_cli.copies import copies_in_words, places_in_words
from snapkeep_cli.deployment import (
    DEFAULT_CONFIG,
    ConfigOrApiOption,
    PrefixOption,
    load_deployment,
    served,
    the_only,
)
from snapkeep_cli.doctor.command import doctor
from snapkeep_cli.exit_codes import IN_WORDS
from snapkeep_cli.locks import lock_in_words
from snapkeep_cli.output import fail, out, tip
from snapkeep_cli.tables import Folded, clean
from snapkeep_cli.usage import Commands

app = typer.Typer(
    name="snapkeep",
    cls=Commands,
    help="Backups of Kubernetes volumes on Amazon EKS, with nothing to run in the cluster.",
    epilog=IN_WORDS,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(retention.app, name="retention")
app.add_typer(protect.app, name="policies")

get = typer.Typer(
    cls=Commands, help="List recovery points, copies, restores or clusters.", no_args_is_help=True
)
get.command("points")(points.get_points)
get.command("copies")(copies.get_copies)
get.command("restores")(restores.get_restores)
get.command("restore")(restores.get_restore)
get.command("backup")(backups.get_backup)
get.command("clusters")(coverage.get_clusters)
app.add_typer(get, name="get")

describe = typer.Typer(cls=Commands, help="Show everything about one object.", no_args_is_help=True)
describe.command("point")(points.describe_point)
describe.command("claim")(claims.describe_claim)
describe.command("restore")(restores.get_restore)
app.add_typer(describe, name="describe")

app.command()(restores.restore)
app.command()(backups.backup)
app.command()(status.status)
app.command()(status.watch)
app.command()(coverage.coverage)
app.command()(report.report)
app.command()(capacity.capacity)
app.command()(cost.cost)
app.command()(points.hold)
app.command()(points.release)
app.command()(copies.copy)
app.command()(prune.prune)
app.command()(plan.plan)
app.command("try")(try_config.try_config)
app.command()(doctor)
app.command()(adopt.adopt)


def _show_version(wanted: bool) -> None:
    if wanted:
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
            stream.reconfigure(errors="backslashreplace")  # names may have letters that a locale has not
    Where.api, Where.profile, Where.region = api, profile, region


@app.command()
@ending_well
def manifests(
    cluster: ClusterOption = "",
    config: ConfigOrApiOption = DEFAULT_CONFIG,
    prefix: PrefixOption = USUAL_NAME,
    kustomize: Annotated[
        Path | None, typer.Option(help="Write a kustomize base into this directory instead of printing.")
    ] = None,
) -> None:
    """Print what a cluster needs from Snapkeep: `snapkeep manifests | kubectl apply -f -`."""
    known = served(config)
    name = the_only(known.clusters, cluster, known.source).name
    if kustomize is None:
        typer.echo(to_yaml(cluster_manifests(name, prefix)), nl=False)
    else:
        _write(kustomize, kustomization(name, prefix))


@app.command()
def validate(
    file: Annotated[Path, typer.Argument(help="The config file to check.")] = DEFAULT_CONFIG,
) -> None:
    """Check a config file and say what it means."""
    deployment = load_deployment(file)
    clusters = ", ".join(f"{cluster.name} ({cluster.region})" for cluster in deployment.clusters)
    lines = [f"{file} is valid", f"clusters: {clusters}", f"stack: {load_size(file)}"]
    for policy in deployment.policies:
        more = (*lock_in_words(policy), *copies_in_words(policy, deployment))
        lines += [_in_words(policy), *(f"  {line}" for line in more)]
    lines += [*places_in_words(deployment), *map(str, overlaps(deployment))]
    for line in lines:
        out().print(Folded(Text(clean(line)), 4), crop=False)


@app.command()
def schema() -> None:
    """Print the JSON Schema of the config file, for editors."""
    typer.echo(json.dumps(json_schema(), indent=2))


def _write(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files, and say how to apply them. Other files in the folder stay as they are."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text)
    except OSError as error:
        raise fail(
            "cannot_write", f"{folder} cannot be written: {error.strerror}", "give another directory"
        ) from error
    tip(f"{len(files)} files in {folder}; apply them with", f"kubectl apply -k {shlex.quote(str(folder))}")


def _in_words(policy: Policy) -> str:
    schedule = policy.schedule
    when = f"{schedule.expression} {schedule.timezone}" + ("" if schedule.enabled else ", paused")
    keep = ", ".join(f"{rule} {amount}" for rule, amount in policy.retention.items())
    return f"policy {policy.name}: {policy.method} on {', '.join(policy.clusters)}; {when}; keep {keep}"


if __name__ == "__main__":
    app()
