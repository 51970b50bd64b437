"""`snapkeep manifests`, `validate`, `schema`: what a config file means, and what it leads to."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from snapkeep.domain.backup.schedule import no_more_slots
from snapkeep.domain.policies import USUAL_NAME, Deployment, Policy
from snapkeep_cli.api.calls import ClusterOption, ending_well
from snapkeep_cli.archive import archive_in_words
from snapkeep_cli.cluster.manifests import cluster_manifests, kustomization, to_yaml
from snapkeep_cli.config import json_schema, load_size
from snapkeep_cli.config.cluster_access import SAVE_OBJECTS
from snapkeep_cli.config.overlaps import overlaps
from snapkeep_cli.copies import copies_in_words, loans_in_words, places_in_words
from snapkeep_cli.deployment import (
    DEFAULT_CONFIG,
    ConfigOrApiOption,
    PrefixOption,
    load_file,
    served,
    the_only,
)
from snapkeep_cli.locks import lock_in_words
from snapkeep_cli.output import fail, out, tip
from snapkeep_cli.proof import checks_in_words, expected_in_words, files_in_words
from snapkeep_cli.saved_objects import objects_in_words
from snapkeep_cli.tables import Folded, clean
from snapkeep_cli.vaults import asks_in_words, vault_in_words


@ending_well
def manifests(
    cluster: ClusterOption = "",
    config: ConfigOrApiOption = DEFAULT_CONFIG,
    prefix: PrefixOption = USUAL_NAME,
    kustomize: Annotated[
        Path | None, typer.Option(help="Write a kustomize base into this directory instead of printing.")
    ] = None,
    objects_in: Annotated[
        list[str] | None,
        typer.Option(help="Let save_objects list this namespace only; repeat it for more. Default: all."),
    ] = None,
) -> None:
    """Print what a cluster needs from Snapkeep: `snapkeep manifests | kubectl apply -f -`."""
    known = served(config)
    name = the_only(known.clusters, cluster, known.source).name
    within = sorted(set(objects_in or ()))
    if within and SAVE_OBJECTS not in known.access:
        raise fail(
            "usage",
            f"--objects-in {within[0]}: no policy of {known.source} saves objects",
            "Give a policy `objects`, or leave the option out.",
        )
    if kustomize is None:
        typer.echo(to_yaml(cluster_manifests(name, prefix, known.access, within)), nl=False)
    else:
        _write(kustomize, kustomization(name, prefix, known.access, within))


def validate(
    file: Annotated[Path, typer.Argument(help="The config file to check.")] = DEFAULT_CONFIG,
    prefix: PrefixOption = USUAL_NAME,
) -> None:
    """Check a config file and say what it means."""
    deployment = load_file(file)
    words = vault_in_words(deployment.vault) if deployment.vault else _backups_in_words(deployment, prefix)
    for line in (f"{file} is valid", f"stack: {load_size(file)}", *words):
        out().print(Folded(Text(clean(line)), 4), crop=False)


def _backups_in_words(deployment: Deployment, prefix: str) -> Iterator[str]:
    yield f"clusters: {', '.join(f'{each.name} ({each.region})' for each in deployment.clusters)}"
    for policy in deployment.policies:
        yield _in_words(policy)
        more = (
            *_never_runs(policy),
            *_whole(policy),
            *lock_in_words(policy),
            *archive_in_words(policy),
            *copies_in_words(policy, deployment),
            *expected_in_words(policy),
            *objects_in_words(policy, deployment),
        )
        yield from (f"  {line}" for line in more)
    yield from places_in_words(deployment)
    yield from loans_in_words(deployment)
    yield from checks_in_words(deployment)
    yield from files_in_words(deployment)
    for place in deployment.places:
        yield from asks_in_words(place, deployment, prefix)
    yield from map(str, overlaps(deployment))


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


def _never_runs(policy: Policy) -> Iterator[str]:
    """A warning if the schedule has no slot left."""
    if why := no_more_slots(policy.schedule.expression, datetime.now(UTC).year):
        yield f"never runs: {why}; change its schedule"


def _whole(policy: Policy) -> Iterator[str]:
    """What a policy for file systems takes, and what its backups are not."""
    if not policy.method.is_of_volumes:
        yield "takes claims on EFS: AWS Backup backs up each whole file system, not at one moment"


def _in_words(policy: Policy) -> str:
    schedule = policy.schedule
    when = f"{schedule.expression} {schedule.timezone}" + ("" if schedule.enabled else ", paused")
    keep = ", ".join(f"{rule} {amount}" for rule, amount in policy.retention.items())
    return f"policy {policy.name}: {policy.method} on {', '.join(policy.clusters)}; {when}; keep {keep}"
