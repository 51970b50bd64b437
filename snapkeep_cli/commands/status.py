"""`snapkeep status` and `watch`: a cluster's state on one screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from snapkeep_cli.api.calls import ClusterOption, Document, client, cluster_or_sources, ending_well
from snapkeep_cli.api.client import ApiClient, ApiProblem
from snapkeep_cli.api.patience import displayed
from snapkeep_cli.api.transport import Unreachable
from snapkeep_cli.check_output import (
    newest_in_words,
    suspicious_in_words,
    suspicious_points,
    suspicious_table,
)
from snapkeep_cli.namespace_output import whole_in_words
from snapkeep_cli.output import Output, OutputOption, emit, out, say, table_of
from snapkeep_cli.tables import COLORS, Columns, Folded, Paper, clean, sentence
from snapkeep_cli.vault_screen import vault_screen

MOST_TROUBLES = 10
"""How many claims in trouble to show; `snapkeep coverage` lists all."""

WANTING = ("failing", "late", "unprotected")
"""States that need somebody's attention."""

ENDED = ("bound", "removed", "failed")

sleep: Callable[[float], None] = time.sleep

Look = Callable[[], Document]


@ending_well
def status(cluster: ClusterOption = "", output: OutputOption = Output.TABLE) -> None:
    """Show the state on one screen: claims in trouble, runs, incidents and restores; in a vault its
    sources."""
    api = client()
    found = _look(api, _meant(api, cluster))
    emit(found, output, screen(found))


@ending_well
def watch(
    cluster: ClusterOption = "",
    every: Annotated[int, typer.Option(min=2, help="Seconds between refreshes.")] = 15,
) -> None:
    """Show the status repeatedly until Ctrl+C, through API errors. In a file or pipe, append each one."""
    api = client()
    meant = _meant(api, cluster)
    paper = out()
    first = _look(api, meant)
    try:
        if paper.full:
            _in_lines(paper, first, lambda: _look(api, meant), every)
        else:
            _on_screen(paper, first, lambda: _look(api, meant), every)
    except KeyboardInterrupt:
        say("stopped watching")


def _on_screen(paper: Paper, found: Document, look: Look, every: int) -> None:
    """One screen, refreshed; while the API does not answer it keeps the last known state and says so."""
    with displayed(), Live(screen(found), console=paper, auto_refresh=False) as live:
        while True:
            sleep(every)
            trouble = ""
            try:
                found = look()
            except (ApiProblem, Unreachable) as error:
                trouble = f"the API does not answer: {clean(error)}. This is the state at {found['at']}"
            warning = [Folded(Text(trouble, style="bold red"))] if trouble else []
            live.update(Group(*warning, screen(found)), refresh=True)


def _in_lines(paper: Paper, found: Document, look: Look, every: int) -> None:
    """Append each status to the last, for a file or a pipe."""
    while True:
        paper.print(screen(found), Text(), crop=False)
        paper.file.flush()
        sleep(every)
        try:
            found = look()
        except (ApiProblem, Unreachable) as error:
            say(f"the API does not answer: {error}. Below is the state at {found['at']}")


def screen(found: Document) -> RenderableType:
    """A status for people: of a cluster, or of a vault."""
    if "sources" in found:
        return vault_screen(found)
    notes = [Folded(Text(f"note: {clean(note)}", style="yellow")) for note in found["notes"]]
    parts: list[RenderableType] = [_headline(found), *_verdict(found), *notes]
    tables: tuple[tuple[list[Document], Columns], ...] = (
        (_troubles(found), {"STATE": "state", "CLAIM": "name", "WHY": sentence("reason")}),
        (
            [_policy(item) for item in found["policies"]],
            {"POLICY": "name", "CLAIMS": "claims", "NEWEST RUN": "run", "": "state", "NEXT RUN": "next_run"},
        ),
        (
            [_place(item) for item in found.get("places", [])],  # an API deployed earlier has none
            {
                "PLACE": "place",
                "COPIES ON TIME": "on_time",
                "LATE": "late",
                "NOT COPIED": "not_copied",
                "FAILED": "failed",
                "CANNOT BE COPIED": "cannot",
                "OLDEST": "oldest",
                "IN PROGRESS": "in_progress",
                "WAITING": "waiting",
                "LAST TURN": "last_turn",
            },
        ),
        (
            [item for item in found["incidents"] if not item["closed_at"]],
            {"INCIDENT": "instance", "NODE": "node", "SINCE": "opened_at", "LATEST": sentence("latest")},
        ),
        (
            [_named(item) for item in found["restores"] if item["stage"] not in ENDED],
            {"RESTORE": "id", "CLAIM": "name", "STATE": "stage", "SINCE": "accepted_at"},
        ),
    )
    parts += suspicious_table(found, MOST_TROUBLES)
    for rows, columns in tables:
        if rows:
            parts += [Text(), table_of(rows, columns)]
        left = len(found["troubles"]) - MOST_TROUBLES
        if left > 0 and "WHY" in columns:
            parts.append(Text(f"and {left} more: snapkeep coverage", style="dim"))
    return Group(*parts)


def _meant(api: ApiClient, cluster: str) -> Sequence[str]:
    """The path of the status that is meant: of a cluster, or of the vault."""
    cluster, sources = cluster_or_sources(api, cluster)
    return ("status",) if sources else ("clusters", cluster, "status")


def _look(api: ApiClient, where: Sequence[str]) -> Document:
    return api.get(*where)


def _headline(found: Document) -> Text:
    counts = found["claims"]
    line = Text.assemble((clean(found["cluster"]), "bold"), f"  {found['at']}  ")
    for state in ("protected", "late", "unprotected", "failing", "unprotectable", "excluded", "gone"):
        if counts.get(state) or state == "protected":
            line.append(f" {counts.get(state, 0)} ", style="bold")
            line.append(state, style=COLORS.get(state, "dim"))
    return line


def _verdict(found: Document) -> Iterator[Text]:
    """Whether everything is safe, in a sentence; and what remains of deleted claims."""
    counts, suspicious = found["claims"], len(suspicious_points(found))
    if suspicious:
        yield Text(suspicious_in_words(suspicious), style="bold red")
    wanting, gone = sum(counts.get(state, 0) for state in WANTING), counts.get("gone", 0)
    total = wanting + counts.get("protected", 0)
    if wanting:
        needs = "needs" if wanting == 1 else "need"
        claims = "1 claim" if total == 1 else f"{total} claims"
        yield Text(f"{wanting} of {claims} {needs} attention", style="bold red")
    elif total and found["notes"]:
        yield Text("every claim that is known is protected")
    elif total:
        style = "" if suspicious else "green"
        yield Text("everything that can be protected is protected", style=style)
    else:
        yield Text("no claim can be protected")
    if newest := newest_in_words(found):
        yield Text(newest, style="dim")
    if whole := whole_in_words(found.get("namespaces") or {}):
        yield Text(f"{whole}: snapkeep coverage", style="dim")
    if gone:
        whose = "1 deleted claim still has" if gone == 1 else f"{gone} deleted claims still have"
        yield Text(f"{whose} recovery points to restore from: snapkeep get points", style="dim")


def _troubles(found: Document) -> list[dict[str, Any]]:
    return [_named(item) for item in found["troubles"][:MOST_TROUBLES]]


def _named(item: Document) -> dict[str, Any]:
    return {**item, "name": f"{item['namespace']}/{item['claim']}"}


def _place(item: Document) -> dict[str, Any]:
    return {**item, "cannot": item.get("cannot_be_copied") or ""}


def _policy(item: Document) -> dict[str, Any]:
    run = item["last_run"]
    if run is None:
        return {**item, "run": "none in 35 days", "state": ""}
    return {**item, "run": f"{run['slot']}  {run['ready']} of {run['total']}", "state": run["state"]}
