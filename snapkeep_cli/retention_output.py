"""A retention plan printed: a table like restic's for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import tzinfo

from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.plan import RetentionPlan


def as_json(plan: RetentionPlan) -> str:
    """`{"keep": [{"id", "reasons"}], "delete": [{"id", "reason"}]}`, newest first."""
    return json.dumps(
        {
            "keep": [{"id": item.point.id, "reasons": list(item.reasons)} for item in plan.keep],
            "delete": [{"id": item.point.id, "reason": item.reason} for item in plan.delete],
        },
        indent=2,
    )


def as_table(plan: RetentionPlan, words: str, zone: tzinfo) -> str:
    """The policy in words, kept points, deleted points; times are local to `zone`."""
    kept = [_row(item.point, ", ".join(item.reasons), zone) for item in plan.keep]
    deleted = [_row(item.point, item.reason, zone) for item in plan.delete]
    blocks = [
        f"Policy: {words}",
        _block("keep", kept, zone),
        _block("delete", deleted, zone),
    ]
    return "\n\n".join(blocks)


def _row(point: Candidate, reason: str, zone: tzinfo) -> tuple[str, str, str, str]:
    local = point.time.astimezone(zone)
    state = "late" if point.late else point.state.public.value
    return _shown(point.id), f"{local:%a %Y-%m-%d %H:%M:%S}", state, _shown(reason)


def _block(verb: str, rows: Sequence[tuple[str, ...]], zone: tzinfo) -> str:
    title = f"{verb} {len(rows)} point{'' if len(rows) == 1 else 's'}"
    if not rows:
        return f"{title}."
    table = [("ID", f"Time ({zone})", "State", "Reasons" if verb == "keep" else "Reason"), *rows]
    widths = [max(len(row[column]) for row in table) for column in range(3)]
    lines = [_line(row, widths) for row in table]
    rule = "-" * max(map(len, lines))
    return "\n".join([f"{title}:", lines[0], rule, *lines[1:], rule])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join([*(text.ljust(width) for text, width in zip(row, widths, strict=False)), row[3]])


def _shown(text: str) -> str:
    """Text from outside, made harmless for a terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)
