"""`snapkeep restore`, `get restores`, `get restore`."""

from __future__ import annotations

from datetime import timedelta
from heapq import merge
from itertools import islice
from typing import Annotated

import typer

from snapkeep.domain.restore.requests import Expand
from snapkeep_cli.api.calls import (
    ClusterOption,
    DryRunOption,
    FromPlaceOption,
    NamespaceOption,
    client,
    ending_well,
    place,
    the_cluster,
)
from snapkeep_cli.api.client import ApiClient, ApiProblem
from snapkeep_cli.api.waiting import wait_for
from snapkeep_cli.efs.look import IMAGE
from snapkeep_cli.efs.restoring import restore_of_efs, show_from_efs
from snapkeep_cli.efs.wishes import (
    ContextOption,
    DirectoryOption,
    ImageOption,
    LookInOption,
    LookOption,
)
from snapkeep_cli.output import Output, OutputOption, emit, say, table_of
from snapkeep_cli.restore_arguments import RestoreArguments
from snapkeep_cli.restoring import ENDED, end, namespace_of, run
from snapkeep_cli.tables import Columns, long_id, wide

COLUMNS: Columns = {
    "NAMESPACE": "namespace",
    "CLAIM": "target",
    "STAGE": "stage",
    "SIZE": "size",
    "ACCEPTED": "accepted_at",
    "FROM": long_id("recovery_point"),
    "PLACE": "place",
    "ID": "id",
    "CLASS": wide("storage_class"),
    "ASKED BY": wide("caller"),
}

IntoOption = Annotated[str, typer.Option("-n", "--namespace", help="The namespace to restore into.")]
ExpandOption = Annotated[Expand, typer.Option(help="auto raises a size that is too small; never refuses it.")]
ClaimOption = Annotated[str, typer.Option(help="Restore the newest recovery point of this claim.")]
AtOption = Annotated[str, typer.Option(help="With --claim: the newest at or before this time or day.")]
ClassOption = Annotated[str, typer.Option("--class", help="Its storage class; default: the original one.")]
LabelOption = Annotated[list[str] | None, typer.Option(help="A label for the claim, key=value; repeatable.")]

CancelOption = Annotated[
    str,
    typer.Option(
        metavar="ID",
        help="Cancel this restore from EFS, or one that waits for the archive tier.",
    ),
]


@ending_well
def restore(
    point: Annotated[str, typer.Argument(help="The id of a recovery point; or give --claim.")] = "",
    cancel: CancelOption = "",
    namespace: IntoOption = "",
    cluster: ClusterOption = "",
    claim: ClaimOption = "",
    at: AtOption = "",
    target: Annotated[str, typer.Option("--as", help="The claim to create; default: as --claim.")] = "",
    size: Annotated[str, typer.Option(help="Its size, such as 10Gi; default: the size it needs.")] = "",
    expand: ExpandOption = Expand.NEVER,
    storage_class: ClassOption = "",
    zone: Annotated[str, typer.Option(help="The zone where it will be used.")] = "",
    from_namespace: Annotated[str, typer.Option(help="The original claim's namespace, if different.")] = "",
    from_cluster: Annotated[str, typer.Option(help="The original claim's cluster, if different.")] = "",
    from_place: FromPlaceOption = "",
    label: LabelOption = None,
    strict: Annotated[bool, typer.Option("--strict", help="Treat warnings as errors.")] = False,
    dry_run: DryRunOption = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the claim can be used.")] = False,
    timeout: Annotated[int, typer.Option(min=1, help="With --wait: how many seconds to wait at most.")] = 600,
    look: LookOption = False,
    look_in: LookInOption = "",
    image: ImageOption = IMAGE,
    directory: DirectoryOption = "",
    context: ContextOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Create a claim from a recovery point; a restore that cannot work is refused before anything is
    created."""
    run(RestoreArguments(**locals()))  # which are all arguments, each under its name


@ending_well
def get_restores(
    namespace: NamespaceOption = "",
    cluster: ClusterOption = "",
    limit: Annotated[int, typer.Option(min=1, help="At most this many.")] = 50,
    output: OutputOption = Output.TABLE,
) -> None:
    """List restores, newest first; without a namespace, of all namespaces with restores of late."""
    api = client()
    cluster = the_cluster(api, cluster)
    places = [namespace] if namespace else _restored_namespaces(api, cluster)
    listed = (
        api.pages("restores", *place(cluster, each, "restores"), limit=min(limit, 100)) for each in places
    )
    newest_first = merge(*listed, key=lambda each: each["accepted_at"], reverse=True)
    found = list(islice(newest_first, limit))
    emit({"restores": found}, output, table_of(found, COLUMNS))
    if not found:
        say("no restores")


@ending_well
def get_restore(
    restore_id: Annotated[str, typer.Argument(metavar="ID", help="The id of a restore.")],
    namespace: NamespaceOption = "",
    cluster: ClusterOption = "",
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the claim is bound.")] = False,
    timeout: Annotated[int, typer.Option(min=1, help="With --wait: how many seconds to wait at most.")] = 600,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show a restore's current state, and what happened to it."""
    api = client()
    cluster = the_cluster(api, cluster)
    where = place(cluster, namespace or namespace_of(api, cluster, restore_id), "restores", restore_id)
    try:
        found = api.get(*where)
    except ApiProblem as problem:
        if problem.code != "not_found":
            raise
        show_from_efs(restore_of_efs(api, where, problem), output)
        return
    if wait and found["state"] not in ENDED:
        found = wait_for(lambda: api.get(*where), ENDED, timedelta(seconds=timeout))
    end(found, output)


def _restored_namespaces(api: ApiClient, cluster: str) -> list[str]:
    """The namespaces of the latest restores, and of those in progress."""
    found = api.get("clusters", cluster, "status")["restores"]
    return sorted({str(each["namespace"]) for each in found})
