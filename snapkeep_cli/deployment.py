"""The deployment that a command works on: from `snapkeep.yaml`, or else from the deployed API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from snapkeep.domain.naming import DEPLOYMENT_NAMES, is_deployment_name
from snapkeep.domain.policies import Cluster, Deployment, Pace
from snapkeep_cli.api.calls import client
from snapkeep_cli.config import ConfigError, load
from snapkeep_cli.config.cluster_access import FUNCTIONS, Rule, access_of
from snapkeep_cli.config.errors import did_you_mean
from snapkeep_cli.output import fail, say

DEFAULT_CONFIG = Path("snapkeep.yaml")
ConfigOption = Annotated[Path, typer.Option(help="The deployment's config file.")]
ConfigOrApiOption = Annotated[
    Path, typer.Option(help="The deployment's config file; without one the API is asked.")
]
ClustersOption = Annotated[list[str] | None, typer.Option("--cluster", help="Only this cluster; repeatable.")]


@dataclass(frozen=True, slots=True)
class Served:
    """The clusters and pace of a deployment, and their source: a config file, which says everything
    (`deployment`), or the API."""

    clusters: Sequence[Cluster]
    pace: Pace
    source: str
    deployment: Deployment | None = None

    @property
    def access(self) -> Mapping[str, tuple[Rule, ...]]:
        """What functions need in the clusters; the API does not say whether objects are saved."""
        return access_of(self.deployment) if self.deployment else FUNCTIONS


def _prefix(text: str) -> str:
    if not is_deployment_name(text):
        raise typer.BadParameter(f"it must be {DEPLOYMENT_NAMES}")
    return text


PrefixOption = Annotated[
    str,
    typer.Option("--prefix", callback=_prefix, help="The name of the deployment (`cdk deploy -c prefix=…`)."),
]


def load_deployment(path: Path) -> Deployment:
    """The deployment of a config file with clusters; ends the command if it is invalid or a vault's."""
    deployment = load_file(path)
    if deployment.vault:
        raise fail(
            "is_a_vault",
            f"{path} is the file of a vault, which has no clusters and runs no policies",
            "give --config the file of a source; `snapkeep validate` says what a vault's file means",
        )
    return deployment


def load_file(path: Path) -> Deployment:
    """The deployment of a config file; ends the command and lists every mistake if it is invalid."""
    if not path.exists():
        raise fail(
            "no_config",
            f"there is no {path.name} in {path.absolute().parent}",
            "run this where it is, or give its path",
        )
    try:
        return load(path)
    except ConfigError as error:
        first, *others = str(error).splitlines()
        refused = fail("invalid_config", first)
        for line in others:
            say(line)
        raise refused from error


def served(config: Path) -> Served:
    """The clusters of the config file; without `snapkeep.yaml` in the current directory, those of the API.

    Ends the command if neither is there.
    """
    if config == DEFAULT_CONFIG and not config.exists():
        say(f"there is no {config} in {Path.cwd()}: asking the API which clusters there are")
        found = client().get("clusters")["clusters"]
        return Served([Cluster(each["name"], each["region"]) for each in found], Pace(), "the API")
    deployment = load_deployment(config)
    return Served(deployment.clusters, deployment.pace, str(config), deployment)


def chosen_clusters(known: Sequence[Cluster], named: Sequence[str] | None, source: str) -> list[Cluster]:
    """The requested clusters, by default all; ends the command if the source lacks one."""
    names = [cluster.name for cluster in known]
    for name in named or []:
        if name not in names:
            raise fail(
                "unknown_cluster",
                f"{source} has no cluster {name!r}{did_you_mean(name, names)}",
                f"the clusters are {', '.join(names)}",
            )
    return [cluster for cluster in known if not named or cluster.name in named]


def the_only(known: Sequence[Cluster], named: str, source: str) -> Cluster:
    """The named cluster, or the only one; ends the command if that is ambiguous."""
    found = chosen_clusters(known, [named] if named else None, source)
    if len(found) != 1:
        listed = ", ".join(cluster.name for cluster in found) or "none"
        raise fail("usage", f"which cluster? There are {listed}", "give --cluster, or set SNAPKEEP_CLUSTER")
    return found[0]
