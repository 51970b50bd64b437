"""The state of a vault on one screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from snapkeep_cli.api.calls import Document
from snapkeep_cli.output import table_of
from snapkeep_cli.tables import Columns, Folded, clean, wide

COLUMNS: Columns = {
    "SOURCE": "source",
    "ACCOUNT": "account",
    "CLUSTERS": "in_clusters",
    "CLAIMS": "claim_count",
    "COPIES": "copies",
    "NEWEST DATA": "newest_data",
    "WAITING": "waiting",
    "ASKED LAST": "asked",
    "REGION": wide("region"),
    "DEPLOYMENT": wide("deployment"),
    "IN PROGRESS": wide("pending"),
    "VOLUMES": wide("size"),
    "LOCK": wide("lock"),
}


def vault_screen(found: Document) -> RenderableType:
    """A vault for people: each source, and what needs somebody's attention."""
    troubles = list(_troubles(found))
    verdict = Text("no source needs attention", style="green")
    if troubles:
        needing = len({name for name, _ in troubles})
        words = "1 source needs" if needing == 1 else f"{needing} sources need"
        verdict = Text(f"{words} attention", style="bold red")
    parts: list[RenderableType] = [
        Text.assemble(("vault", "bold"), f" in {clean(found['region'])}  {clean(found['at'])}"),
        verdict,
        *(Folded(Text(f"{clean(name)}: {clean(why)}", style="yellow")) for name, why in troubles),
        *(Folded(Text(f"note: {clean(why)}", style="yellow")) for why in found.get("left", [])),
        Text(),
        table_of([_row(source) for source in found["sources"]], COLUMNS),
    ]
    return Group(*parts)


def _troubles(found: Document) -> Iterator[tuple[str, str]]:
    for source in found["sources"]:
        name = source["source"]
        if source["unasked"]:
            yield name, f"EC2 did not show its copies: {source['unasked']}"
        yield from ((name, trouble) for trouble in source["troubles"])
        if source["failed"]:
            yield name, f"{source['failed']} failed copies: snapkeep get copies --place {name} --state failed"
        if source["unreadable"]:
            yield name, f"{source['unreadable']} snapshots carry its name and count nowhere"


def _row(source: Document) -> dict[str, Any]:
    return {
        **source,
        "in_clusters": ", ".join(source["clusters"]),
        "newest_data": source["newest"] or "none",
        "asked": source["heard"] or "never",
    }
