"""What checks found, for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from snapkeep_cli.api.calls import Document
from snapkeep_cli.output import table_of
from snapkeep_cli.tables import Columns, Folded, clean, long_id, sentence

SUSPICIOUS: Columns = {
    "SUSPICIOUS": "name",
    "TAKEN": "taken",
    "WHY": sentence("reason"),
    "ID": long_id("recovery_point"),
}

AND_THEN = "look at a suspicious point; if it is as it should be: snapkeep checks accept POINT --because …"


NOBODY_CAN = (
    "look at a suspicious point; checks are off, so nobody can accept it: put `checks` back into the config"
)


def and_then(found: Document) -> str:
    """What to do about the suspicious points in a status or coverage."""
    return AND_THEN if (found.get("checks") or {}).get("on") else NOBODY_CAN


def check_words(item: Document) -> str:
    """How a point stands, or the newest point of a claim; "" if the API does not say."""
    check = item.get("check")  # an API deployed earlier has none
    return check["words"] if check else ""


def suspicious_points(found: Document) -> Sequence[Document]:
    """The suspicious points in a status or coverage that nobody has accepted."""
    checks = found.get("checks") or {}
    return [{**each, "name": f"{each['namespace']}/{each['claim']}"} for each in checks.get("suspicious", ())]


def unread(found: Document) -> str:
    """What could not be read about checks."""
    trouble = (found.get("checks") or {}).get("unasked", "")
    return f"checks: {trouble}" if trouble else ""


def newest_in_words(found: Document) -> str:
    """How the newest points of claims stand, "" where points are not checked."""
    checks = found.get("checks") or {}
    counts = [f"{count} {state.replace('-', ' ')}" for state, count in checks.get("newest", {}).items()]
    return f"newest points: {', '.join(counts)}" if checks.get("on") and counts else ""


def suspicious_in_words(number: int) -> str:
    """How many points are suspicious."""
    return "1 recovery point is suspicious" if number == 1 else f"{number} recovery points are suspicious"


def suspicious_by_name(points: Sequence[Document]) -> str:
    """How many points are suspicious, and which."""
    names = ", ".join(f"{each['name']} ({each['recovery_point']})" for each in points)
    return f"{suspicious_in_words(len(points))}: {names}"


def suspicious_table(found: Document, most: int) -> list[RenderableType]:
    """At most so many of the suspicious points, and what to do with them; nothing without any."""
    points = suspicious_points(found)
    if not points:
        return []
    left = len(points) - most
    more = [Text(f"and {left} more: snapkeep coverage", style="dim")] if left > 0 else []
    return [
        Text(),
        table_of(list(points[:most]), SUSPICIOUS),
        *more,
        Folded(Text(clean(and_then(found)), style="dim")),
    ]
