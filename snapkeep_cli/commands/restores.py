"""`snapkeep restore`, `get restores`, `get restore`."""

from __future__ import annotations

from datetime import timedelta
from heapq import merge
from itertools import islice
from typing import Annotated, Any

import typer

from snapkeep.domain.report.feasibility import hours
from snapkeep.domain.restore.requests import Expand
from snapkeep_cli.api.calls import (
    ClusterOption,
    Document,
    DryRunOption,
    FromPlaceOption,
    NamespaceOption,
    client,
    ending_well,
    place,
    the_cluster,
)
from snapkeep_cli.api.client import ApiClient
from snapkeep_cli.api.subjects import the_point
from snapkeep_cli.api.waiting import wait_for
from snapkeep_cli.exit_codes import Exit
from snapkeep_cli.output import Output, OutputOption, emit, facts, fail, findings, say, table_of, tip
from snapkeep_cli.restore_request import ask_restore
from snapkeep_cli.restore_source import read_source
from snapkeep_cli.tables import Columns, Facts, long_id, wide

ENDED = ("bound", "removed", "failed")
USABLE = ("waiting_for_consumer", *ENDED)
"""A claim that waits for its first pod is as far as it can get without one."""

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
    typer.Option(metavar="ID", help="Cancel this restore while its point comes back from the archive tier."),
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
    output: OutputOption = Output.TABLE,
) -> None:
    """Create a claim from a recovery point; a restore that cannot work is refused before anything is
    created."""
    if cancel:
        _cancel(cancel, namespace, cluster, output)
        return
    source = read_source(point, claim, at, target, namespace, from_namespace)
    namespace = source.into
    api = client()
    cluster = the_cluster(api, cluster)
    point = the_point(api, cluster, from_namespace or namespace, point, from_place, from_cluster)
    wish: dict[str, Any] = {
        "recovery_point": point,
        "claim": source.claim,
        "at": source.at,
        "target": target,
        "size": size,
        "expand": expand.value,
        "storage_class": storage_class,
        "zone": zone,
        "labels": dict(map(_label, label or [])),
        "strict": strict,
        "dry_run": dry_run,
    }
    elsewhere = {"source_namespace": source.from_namespace, "source_cluster": from_cluster}
    status, answer = ask_restore(api, cluster, namespace, wish, elsewhere | {"from_place": from_place})
    findings(answer["plan"]["findings"])
    patience = timedelta(seconds=timeout) if wait and status == 202 else None
    _tell(api, answer, cluster, namespace, patience, output)


def _cancel(restore_id: str, namespace: str, cluster: str, output: Output) -> None:
    api = client()
    cluster = the_cluster(api, cluster)
    namespace = namespace or _namespace_of(api, cluster, restore_id)
    found = api.delete(*place(cluster, namespace, "restores", restore_id))
    emit(found, output, _shown(found))
    say("within minutes its recovery point is no longer held; EC2 cannot stop bringing it back")


def _tell(
    api: ApiClient,
    answer: Document,
    cluster: str,
    namespace: str,
    patience: timedelta | None,
    output: Output,
) -> None:
    """Show what was accepted or would be created; with patience, what became of it."""
    if patience:
        tip("if you stop waiting", _follow(answer, cluster, namespace))
        where = place(cluster, namespace, "restores", answer["id"])
        _end(wait_for(lambda: api.get(*where), USABLE, patience), output)
        return
    state = answer.get("state", "would be created")
    emit(answer, output, _plan(answer["plan"], state, answer.get("id", "")))
    if "id" in answer:
        tip("its progress", _follow(answer, cluster, namespace))


def _follow(answer: Document, cluster: str, namespace: str) -> str:
    return f"snapkeep get restore {answer['id']} --cluster {cluster} --namespace {namespace}"


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
    where = place(cluster, namespace or _namespace_of(api, cluster, restore_id), "restores", restore_id)
    found = api.get(*where)
    if wait and found["state"] not in ENDED:
        found = wait_for(lambda: api.get(*where), ENDED, timedelta(seconds=timeout))
    _end(found, output)


def _restored_namespaces(api: ApiClient, cluster: str) -> list[str]:
    """The namespaces of the latest restores, and of those in progress."""
    found = api.get("clusters", cluster, "status")["restores"]
    return sorted({str(each["namespace"]) for each in found})


def _namespace_of(api: ApiClient, cluster: str, restore_id: str) -> str:
    """The namespace of a late restore; ends the command if it is not among them."""
    for each in api.get("clusters", cluster, "status")["restores"]:
        if each["id"] == restore_id:
            return str(each["namespace"])
    raise fail(
        "not_found",
        f"{restore_id} is not among the latest restores of {cluster}",
        "give -n NAMESPACE; `snapkeep get restores` lists the latest",
    )


def _end(found: Document, output: Output) -> None:
    emit(found, output, _shown(found))
    if found["state"] == "failed":
        raise typer.Exit(Exit.FAILED)


def _label(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise fail("usage", f"{text!r} is not a label", "write --label key=value")
    return key, value


def _plan(plan: Document, state: str, restore_id: str = "") -> Facts:
    return facts(
        {
            "restore": restore_id,
            "claim": f"{plan['namespace']}/{plan['target']}",
            "state": state,
            "size": plan["size"],
            "storage class": plan["storage_class"],
            "from": f"{plan['recovery_point']} ({plan['snapshot_id']})",
            "taken": _taken(plan),
        }
    )


def _taken(plan: Document) -> str:
    """When the recovery point was taken, and how long ago."""
    if not plan["taken_at"]:
        return ""
    age = plan["age_seconds"]
    return f"{plan['taken_at']}, {hours(timedelta(seconds=age))} ago" if age is not None else plan["taken_at"]


def _shown(found: Document) -> Facts:
    events = [("event", f"{event['at']} {event['reason']}: {event['message']}") for event in found["events"]]
    pairs = [
        ("restore", found["id"]),
        ("claim", f"{found['namespace']}/{found['target']}"),
        ("state", found["state"]),
        ("", found["text"]),
        ("size", found["size"]),
        ("from", f"{found['recovery_point']} ({found['snapshot_id']})"),
        ("place", found.get("place", "")),  # an API deployed earlier has none
        ("asked by", found["caller"]),
        *((moment["at"], moment["text"]) for moment in found["timeline"]),
        *events,
    ]
    return facts(pairs)
