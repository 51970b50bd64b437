"""Prints a retention plan: a table for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.plan import RetentionPlan
from snapkeep_cli.output import table_of
from snapkeep_cli.tables import Columns, sentence


def document_of(plan: RetentionPlan) -> dict[str, Any]:
    """`{"keep": [{"id", "reasons"}], "delete": [{"id", "reason"}]}`, newest first."""
    return {
        "keep": [{"id": item.point.id, "reasons": list(item.reasons)} for item in plan.keep],
        "delete": [{"id": item.point.id, "reason": item.reason} for item in plan.delete],
    }


def in_tables(plan: RetentionPlan, words: str, zone: tzinfo) -> Group:
    """The policy in words, kept points, deleted points; times are local to `zone`."""
    kept = [_row(item.point, ", ".join(item.reasons), zone) for item in plan.keep]
    deleted = [_row(item.point, item.reason, zone) for item in plan.delete]
    return Group(Text(f"Policy: {words}"), *_block("keep", kept, zone), *_block("delete", deleted, zone))


def _row(point: Candidate, reason: str, zone: tzinfo) -> dict[str, str]:
    state = "late" if point.late else point.state.public.value
    local = f"{point.time.astimezone(zone):%a %Y-%m-%d %H:%M:%S}"
    return {"id": point.id, "time": local, "state": state, "reason": reason}


def _block(verb: str, rows: Sequence[dict[str, str]], zone: tzinfo) -> Iterator[RenderableType]:
    yield Text()
    title = f"{verb} {len(rows)} point{'' if len(rows) == 1 else 's'}"
    yield Text(f"{title}:" if rows else f"{title}.")
    columns: Columns = {"ID": "id", f"TIME ({zone})": "time", "STATE": "state", "WHY": sentence("reason")}
    if rows:
        yield table_of(rows, columns)
