"""`snapkeep describe claim`: one claim, its protection, and the future of each of its points."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Group
from rich.text import Text

from snapkeep_cli.api.calls import (
    ClusterOption,
    Document,
    NamespaceOption,
    client,
    ending_well,
    place,
    the_cluster,
)
from snapkeep_cli.api.subjects import the_claim
from snapkeep_cli.check_output import check_words
from snapkeep_cli.output import Output, OutputOption, emit, facts, table_of
from snapkeep_cli.tables import Columns, Shell, long_id, sentence

COLUMNS: Columns = {
    "TIME": "slot",
    "POLICY": "policy",
    "STATE": "state",
    "SIZE": "size",
    "CHECKED": sentence("checked"),
    "FATE": "fate",
    "WHY": sentence("why"),
    "ID": long_id("id"),
}


@ending_well
def describe_claim(
    claim: Annotated[str, typer.Argument(help="The claim, as NAME or NAMESPACE/NAME.")],
    cluster: ClusterOption = "",
    namespace: NamespaceOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show a claim: its policy and why, its points and why each is kept, and how to restore it."""
    namespace, name = the_claim(claim, namespace, "the claim")
    api = client()
    cluster = the_cluster(api, cluster)
    found = api.get(*place(cluster, namespace, "claims", name))
    how = found["restore"] or {"command": "", "trouble": ""}
    shown = {
        "claim": f"{found['namespace']}/{found['claim']} of {cluster}",
        "state": found["state"],
        "": found["reason"],
        "note": found["note"],
        "policy": found["policies"],
        "last good point": found["last_good"],
        "no older than": _span(found["objective_seconds"]),
        "next run": found["next_run"],
        "restore it": Shell(how["command"]) if how["command"] else "",
        "before that": how["trouble"],
    }
    points = [_row(point) for point in found["recovery_points"]]
    table = table_of(points, COLUMNS) if points else Text("no recovery points", style="dim")
    emit(found, output, Group(facts(shown), Text(), table))


def _row(point: Document) -> Document:
    return {**point, "why": _why(point), "checked": check_words(point)}


def _why(point: Document) -> str:
    held = ["held"] if point["held"] and not any("held" in reason for reason in point["reasons"]) else []
    tier = [words] if (words := point.get("tier")) else []  # an API deployed earlier has none
    return ", ".join([*point["reasons"], *held, *tier])


def _span(seconds: int | None) -> str:
    if seconds is None:
        return ""
    hours = timedelta(seconds=seconds) / timedelta(hours=1)
    return f"{hours:.0f} h" if hours < 72 else f"{hours / 24:.0f} days"
