"""`snapkeep get copies`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from snapkeep.domain.copies.shown import ShownState
from snapkeep_cli.api.calls import (
    ClusterOption,
    Document,
    NamespaceOption,
    client,
    ending_well,
    place,
    the_cluster,
)
from snapkeep_cli.api.client import ApiClient
from snapkeep_cli.api.subjects import the_claim
from snapkeep_cli.exit_codes import Exit
from snapkeep_cli.output import Output, OutputOption, emit, say, table_of
from snapkeep_cli.tables import Columns, long_id, sentence, wide

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
    to: Annotated[str, typer.Option("--place", help="Only copies in this place.")] = "",
    policy: Annotated[str, typer.Option(help="Only copies of this policy's points.")] = "",
    point: Annotated[str, typer.Option(help="Only copies of this recovery point.")] = "",
    state: Annotated[ShownState | None, typer.Option(help="Only copies in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    output: OutputOption = Output.TABLE,
) -> None:
    """List copies in other Regions, newest data first for each claim; even of points that are gone."""
    api = client()
    cluster = the_cluster(api, cluster)
    if claim:
        namespace, claim = the_claim(claim, namespace, "--claim") if "/" in claim else (namespace, claim)
    wanted = {
        "claim": claim,
        "place": to,
        "policy": policy,
        "point": point,
        "state": state.value if state else "",
    }
    found, unasked = _listed(api, place(cluster, namespace, "copies"), wanted, limit)
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


def _listed(
    api: ApiClient, where: Sequence[str], wanted: Mapping[str, str], limit: int
) -> tuple[list[Document], str]:
    """More than `limit` copies if there are more, and which places did not answer."""
    found: list[Document] = []
    cursor = ""
    while True:
        page = api.get(*where, **wanted, limit=min(limit + 1, 100), cursor=cursor)
        found += page["copies"]
        cursor = page["next_cursor"] or ""
        if not cursor or len(found) > limit:
            return found, page["unasked"]


def _row(copy: Document) -> dict[str, Any]:
    """A copy as a row; a lock without a date, as while a copy is pending, is shown as such."""
    locked = any(text.startswith("locked") for text in copy["protections"])
    return {**copy, "locked": copy["locked_until"] or ("yes" if locked else "")}
