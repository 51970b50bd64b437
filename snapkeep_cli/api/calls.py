"""What all commands that call the API share: the connection, the cluster, and how errors end them."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, ParamSpec, TypeVar

import typer

from snapkeep_cli.api.client import ApiClient, ApiProblem
from snapkeep_cli.api.transport import Unreachable
from snapkeep_cli.api.where import Where
from snapkeep_cli.output import Output, fail, say, tell

P = ParamSpec("P")
T = TypeVar("T")
Document = dict[str, Any]

ClusterOption = Annotated[
    str, typer.Option("--cluster", envvar="SNAPKEEP_CLUSTER", help="The EKS cluster; default: the only one.")
]
NamespaceOption = Annotated[str, typer.Option("-n", "--namespace", help="The namespace.")]
FromPlaceOption = Annotated[
    str, typer.Option("--from-place", help="Use the copies of this place, in this deployment's Region.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]


def client() -> ApiClient:
    """The client of this invocation."""
    from snapkeep_cli.api import connection  # the AWS SDK takes half a second, and few need it

    return connection.connect(Where.api, Where.profile, Where.region)


def the_cluster(api: ApiClient, given: str) -> str:
    """The named cluster, or the only one; ends the command if that is ambiguous, or in a vault."""
    cluster, sources = cluster_or_sources(api, given)
    if sources:
        names = ", ".join(source["name"] for source in sources)
        raise fail(
            "usage",
            f"this is a vault: it has copies of {names}, and no clusters of its own",
            "use `snapkeep status`, `snapkeep get copies`, `snapkeep prune` or `snapkeep report`",
        )
    return cluster


def cluster_or_sources(api: ApiClient, given: str) -> tuple[str, Sequence[Document]]:
    """The named cluster, or the only one; ends the command if that is ambiguous. In a vault, where none is
    named: "" and its sources."""
    if given:
        return given, ()
    found = api.get("clusters")
    sources = found.get("sources", [])  # an API deployed earlier has none
    if sources:
        return "", sources
    names = [str(cluster["name"]) for cluster in found["clusters"]]
    if len(names) == 1:
        return names[0], ()
    raise fail(
        "usage",
        f"which cluster? There are {', '.join(names) or 'none'}",
        "give --cluster, or set SNAPKEEP_CLUSTER",
    )


def ending_well(command: Callable[P, T]) -> Callable[P, T]:
    """Run a command; print its problems in words, or as JSON if requested, and set the exit code."""

    @functools.wraps(command)
    def run(*given: P.args, **named: P.kwargs) -> T:
        try:
            return command(*given, **named)
        except ApiProblem as problem:
            if named.get("output") is Output.JSON:
                typer.echo(json.dumps(problem.document, indent=2))
            tell(problem)
            if problem.code == "unknown_cluster":
                _tell_clusters()
            raise typer.Exit(problem.exit_code) from problem
        except Unreachable as trouble:
            raise fail(
                "unreachable", str(trouble), "check the network and --api, then try again"
            ) from trouble

    return run


def _tell_clusters() -> None:
    """Name the clusters that exist, if the caller may list them."""
    try:
        names = [str(cluster["name"]) for cluster in client().get("clusters")["clusters"]]
    except (ApiProblem, Unreachable):
        return
    if names:
        say(f"the clusters are {', '.join(names)}")


def place(cluster: str, namespace: str, *rest: str) -> tuple[str, ...]:
    """The path segments of a cluster's namespace, or of the cluster if none is named."""
    within = ("namespaces", namespace) if namespace else ()
    return ("clusters", cluster, *within, *rest)
