"""`snapkeep get copies`, `snapkeep copy`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

import typer

from snapkeep.domain.copies.view.shown import ShownState
from snapkeep_cli.api.calls import (
    ClusterOption,
    Document,
    NamespaceOption,
    client,
    cluster_or_sources,
    ending_well,
    place,
    the_cluster,
)
from snapkeep_cli.api.client import ApiClient
from snapkeep_cli.api.subjects import the_claim, the_point
from snapkeep_cli.api.waiting import wait_for
from snapkeep_cli.exit_codes import Exit
from snapkeep_cli.output import Output, OutputOption, emit, fail, say, table_of, tip
from snapkeep_cli.tables import Columns, long_id, sentence, wide

ENDED = tuple(state.value for state in ShownState if state.has_ended)
OUTCOMES = {
    "asked": "{point} is copied to {to} in the next turn there that has room",
    "in_progress": "{point} is already being copied to {to}",
    "there": "{point} is already in {to}",
}

COLUMNS: Columns = {
    "NAMESPACE": "namespace",
    "CLAIM": "claim",
    "PLACE": "place",
    "TAKEN": "taken",
    "POLICY": "policy",
    "STATE": "state",
    "PROGRESS": "progress",
    "LOCKED UNTIL": "locked",
    "SIZE": "size",
    "CHECKED": "checked",
    "POINT": long_id("point"),
    "WHY": sentence("reason"),
    "EBS SNAPSHOT": wide("snapshot_id"),
    "REGION": wide("region"),
    "STARTED": wide("started_at"),
    "ASKED BY": wide("asked_by"),
}


@ending_well
def get_copies(
    cluster: ClusterOption = "",
    namespace: NamespaceOption = "",
    claim: Annotated[str, typer.Option(help="Only copies of this claim.")] = "",
    to: Annotated[
        str, typer.Option("--place", help="Only copies in this place; in a vault, of this source.")
    ] = "",
    policy: Annotated[str, typer.Option(help="Only copies of this policy's points.")] = "",
    point: Annotated[str, typer.Option(help="Only copies of this recovery point.")] = "",
    state: Annotated[ShownState | None, typer.Option(help="Only copies in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most this many.")] = 100,
    output: OutputOption = Output.TABLE,
) -> None:
    """List copies in other Regions or in a vault, newest data first for each claim; even of points that are
    gone."""
    api = client()
    cluster, sources = cluster_or_sources(api, cluster)
    if claim:
        namespace, claim = the_claim(claim, namespace, "--claim") if "/" in claim else (namespace, claim)
    wanted = {
        "claim": claim,
        "place": to,
        "policy": policy,
        "point": point,
        "state": state.value if state else "",
    }
    where = place(cluster, namespace, "copies")
    if sources:
        where, wanted["namespace"] = ("copies",), namespace
    found, pages = api.some("copies", *where, **wanted, most=limit)
    unasked = pages[-1]["unasked"]
    shown = {"copies": found[:limit], "unasked": unasked}
    emit(shown, output, table_of([_row(copy) for copy in found[:limit]], COLUMNS))
    if unasked:
        say(f"warning: {unasked}; its copies are missing here")
    if len(found) > limit:
        say(f"there are more than {limit}: narrow the list, or raise --limit")
    if not found and not unasked:
        say("no copies")
    if unasked:
        raise typer.Exit(Exit.UNAVAILABLE)


@ending_well
def copy(
    point: Annotated[str, typer.Argument(help="The id of a recovery point.")],
    to: Annotated[str, typer.Option("--to", help="The place, as snapkeep.yaml names it.")],
    cancel: Annotated[
        bool, typer.Option("--cancel", help="Cancel its copy there; the rules do not want it again.")
    ] = False,
    cluster: ClusterOption = "",
    namespace: NamespaceOption = "",
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the copy is ready.")] = False,
    timeout: Annotated[int, typer.Option(min=1, help="With --wait: the most seconds to wait.")] = 3600,
    output: OutputOption = Output.TABLE,
) -> None:
    """Copy one recovery point to a place, whatever the rules want, or cancel its copy."""
    if cancel and wait:
        raise fail("usage", "--cancel and --wait do not go together", "omit --wait")
    api = client()
    cluster = the_cluster(api, cluster)
    point = the_point(api, cluster, namespace, point)
    where = place(cluster, namespace, "recovery-points", point, "copies", to)
    if cancel:
        dropped = api.delete(*where)
        emit(dropped, output, table_of([_row(dropped)], COLUMNS))
        if dropped["snapshot_id"]:
            say(f"{dropped['snapshot_id']} in {to} no longer counts; the next prune of {to} deletes it")
        say(f"the copy of {point} to {to} is cancelled, and the rules do not want it again")
        return
    asked = api.put({}, *where)
    found = asked["copied"]
    follow = f"snapkeep get copies --place {to} --point {point} --cluster {cluster}"
    if wait and asked["outcome"] != "there":
        tip("if you stop waiting", follow)
        here = place(cluster, namespace, "copies")
        found = wait_for(lambda: _state(api, here, point, to), ENDED, timedelta(seconds=timeout))
    emit(found if wait else asked, output, table_of([_row(found)], COLUMNS))
    say(f"{OUTCOMES[asked['outcome']].format(point=point, to=to)}; {asked['kept']}")
    if wait and found["state"] != "ready":
        raise typer.Exit(Exit.FAILED)
    if asked["outcome"] != "there" and not wait:
        tip("its progress", follow)


def _state(api: ApiClient, where: Sequence[str], point: str, to: str) -> Document:
    """The newest state of the copy of a point in a place, as `wait_for` shows it."""
    found = api.get(*where, point=point, place=to, limit=100)["copies"]
    unknown: Document = {
        "state": "waiting",
        "reason": "it is not listed yet",
        "protections": [],
        "locked_until": None,
    }
    newest = max(
        found, key=lambda item: (item["state"] == "ready", item["started_at"] or ""), default=unknown
    )
    return {**newest, "text": newest.get("progress") or newest["reason"]}


def _row(copy: Document) -> dict[str, Any]:
    """A copy as a row; a lock without a date, as while a copy is pending, is shown as such."""
    locked = any(text.startswith("locked") for text in copy["protections"])
    return {**copy, "locked": copy["locked_until"] or ("yes" if locked else "")}
