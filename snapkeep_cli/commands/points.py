"""`snapkeep get points`, `describe point`, `hold`, `release`."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any

import typer

from snapkeep.domain.points import PointState
from snapkeep_cli.api.calls import (
    ClusterOption,
    Document,
    FromPlaceOption,
    NamespaceOption,
    client,
    ending_well,
    place,
    the_cluster,
)
from snapkeep_cli.api.subjects import the_claim, the_point
from snapkeep_cli.check_output import check_words
from snapkeep_cli.moments import ahead, end_of, start_of
from snapkeep_cli.output import Output, OutputOption, emit, facts, fail, say, table_of
from snapkeep_cli.tables import Columns, Shell, long_id, sentence, wide

OF_FILE_SYSTEM = re.compile(r"fs-[0-9a-f]{8,40}-\d{8}t\d{6}z-|arn:[a-z-]+:backup:")
"""How the id of a backup of a file system begins, and the ARN of its recovery point."""

COLUMNS: Columns = {
    "NAMESPACE": "namespace",
    "CLAIM": "claim",
    "TIME": "slot",
    "POLICY": "policy",
    "STATE": "state",
    "SIZE": "size",
    "CHECKED": sentence("checked"),
    "HELD": "held",
    "ID": long_id("id"),
    "EBS SNAPSHOT": wide("snapshot_id"),
    "CLASS": wide("storage_class"),
}


COPIES: Columns = {"CLUSTER": "cluster", **COLUMNS, "COPIED FROM": wide("copied_from")}
"""Of the copies in a place, which may come from several clusters."""


class Shown(StrEnum):
    """The states of recovery points that people see."""

    PENDING = PointState.PENDING.value
    READY = PointState.READY.value
    FAILED = PointState.FAILED.value
    DELETING = PointState.DELETING.value


PointArgument = Annotated[str, typer.Argument(help="The id of a recovery point.")]


@ending_well
def get_points(
    cluster: ClusterOption = "",
    namespace: NamespaceOption = "",
    claim: Annotated[str, typer.Option(help="Only points of this claim.")] = "",
    policy: Annotated[str, typer.Option(help="Only points of this policy.")] = "",
    state: Annotated[Shown | None, typer.Option(help="Only points in this state.")] = None,
    since: Annotated[
        str, typer.Option(help="Only points since a time or day: 2026-11-24, yesterday, 3h ago.")
    ] = "",
    until: Annotated[str, typer.Option(help="Only points until a time or the end of a day.")] = "",
    from_place: FromPlaceOption = "",
    from_cluster: Annotated[
        str, typer.Option(help="With --from-place: only copies of this cluster's points.")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, help="At most this many.")] = 100,
    output: OutputOption = Output.TABLE,
) -> None:
    """List recovery points, newest first for each claim, even of deleted namespaces and clusters."""
    api = client()
    if from_cluster and not from_place:
        raise fail("usage", "--from-cluster goes with --from-place", "give --cluster, or --from-place, too")
    cluster = the_cluster(api, cluster)
    if claim:
        namespace, claim = the_claim(claim, namespace, "--claim") if "/" in claim else (namespace, claim)
    wanted = {
        "claim": claim,
        "policy": policy,
        "state": state.value if state else "",
        "since": start_of(since, "--since"),
        "until": end_of(until, "--until"),
    }
    where = place(cluster, namespace, "recovery-points")
    if from_place:
        where = place(cluster, "", "recovery-points")
        wanted |= {"from_place": from_place, "source_cluster": from_cluster, "namespace": namespace}
    found, pages = api.some("recovery_points", *where, **wanted, most=limit)
    rows = [_row(point) for point in found[:limit]]
    shown: dict[str, Any] = {"recovery_points": found[:limit]}
    unreadable = pages[0]["unreadable"]
    if from_place:
        shown["unreadable"] = unreadable
    emit(shown, output, table_of(rows, COPIES if from_place else COLUMNS))
    if unreadable:
        say(f"warning: {unreadable}")
    if not found:
        say("no recovery points")
    elif len(found) > limit:
        say(f"there are more than {limit}: narrow the list, or raise --limit")


@ending_well
def describe_point(
    point: PointArgument,
    cluster: ClusterOption = "",
    namespace: NamespaceOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show a recovery point: what it contains, who holds it, and the command that restores it."""
    api = client()
    cluster = the_cluster(api, cluster)
    point = the_point(api, cluster, namespace, point)
    found = api.get(*place(cluster, namespace, "recovery-points", point))
    held = [_held(hold) for hold in found["holds"]] or ["by the tag snapkeep:hold" if found["held"] else ""]
    shown = {
        "recovery point": found["id"],
        "claim": f"{found['namespace']}/{found['claim']} of {found['cluster']}",
        "state": found["state"],
        "taken": found["slot"],
        "policy": found["policy"],
        "size": f"{found['size']} (the claim requested {found['requested']})",
        "storage class": found["storage_class"],
        "access modes": found["access_modes"],
        "EBS snapshot": found["snapshot_id"],
        "group": found["group"],
        "tier": found.get("tier_words", ""),  # an API deployed earlier has none
        **_checked(found.get("check")),  # an API deployed earlier has none
        "held": [item for item in held if item],
        "restore it": Shell(found["restore"]["command"]),
        "before that": found["restore"]["trouble"],
        **_files(found.get("files")),  # an API deployed earlier has none
    }
    emit(found, output, facts(shown))


@ending_well
def hold(
    point: PointArgument,
    reason: Annotated[str, typer.Option(help="Why it must stay.")],
    until: Annotated[
        str, typer.Option(help="When it ends: 2027-06-01, or 90d from now; default: never.")
    ] = "",
    cluster: ClusterOption = "",
    namespace: NamespaceOption = "",
) -> None:
    """Keep a recovery point from being pruned."""
    _refuse_file_system(point, "aws backup tag-resource --resource-arn ARN --tags snapkeep:hold=REASON")
    api = client()
    cluster = the_cluster(api, cluster)
    point = the_point(api, cluster, namespace, point)
    until = ahead(until, "--until")
    body = {"reason": reason, **({"until": until} if until else {})}
    api.put(body, *place(cluster, namespace, "recovery-points", point, "hold"))
    say(f"{point} is held{f' until {until}' if until else ''}")


@ending_well
def release(point: PointArgument, cluster: ClusterOption = "", namespace: NamespaceOption = "") -> None:
    """Release your hold; holds of others, of restores, and those set with the tag stay."""
    _refuse_file_system(point, "aws backup untag-resource --resource-arn ARN --tag-key-list snapkeep:hold")
    api = client()
    cluster = the_cluster(api, cluster)
    point = the_point(api, cluster, namespace, point)
    where = place(cluster, namespace, "recovery-points", point)
    api.delete(*where, "hold")
    found = api.get(*where)
    others = "; ".join(map(_held, found["holds"])) or "by the tag snapkeep:hold"
    say(f"{point} is {f'still held {others}' if found['held'] else 'not held any more'}")


def _refuse_file_system(point: str, command: str) -> None:
    """End the command for a backup of a file system, which only its tag holds."""
    if OF_FILE_SYSTEM.match(point):
        raise fail(
            "usage",
            f"{point} is a backup of a file system, whose recovery point you hold by the tag snapkeep:hold",
            f"use `{command}` with the ARN of the recovery point",
        )


def _row(point: Document) -> Document:
    state = "archived" if point["archived"] and point["state"] == "ready" else point["state"]
    held = "yes" if point["held"] else ""
    return {**point, "state": state, "held": held, "checked": check_words(point)}


def _checked(check: Document | None) -> dict[str, object]:
    """How a point stands, and a line for each thing that its check looked at."""
    if check is None:
        return {}
    lines = (line.partition(": ") for line in check["looked_at"])
    return {
        "checked": check["words"],
        "also": check["reasons"][1:],
        "checked at": check["checked_at"],
        **{f"  {name}": words for name, _, words in lines},
    }


def _files(files: Document | None) -> dict[str, Any]:
    """How to look at the files of a point, or why nobody can."""
    if not files:
        return {}
    if files["trouble"]:
        return {"its files": f"cannot be read: {files['trouble']}"}
    return {"list its files": Shell(files["command"])}


def _held(hold: dict[str, str]) -> str:
    until = f" until {hold['until']}" if hold.get("until") else ""
    return f"by {hold['by'] or hold['holder']}{until}: {hold['reason']}"
