"""Copies that a restore leaves out, because their tags contradict each other or their description in EC2."""

from __future__ import annotations

from collections.abc import Iterable

from snapkeep.domain.copies.copies import read_copy
from snapkeep.domain.copies.tags import CANCELLED
from snapkeep.domain.points import Snapshot
from snapkeep.domain.retention.snapshot_tags import Unreadable
from snapkeep.domain.tags import DUPLICATE

NAMED = 10
"""How many of them a message names."""

MARKS = {DUPLICATE, CANCELLED}
"""Copies with these marks are left out on purpose."""


def left_out(snapshots: Iterable[Snapshot]) -> str:
    """Which of these copies cannot be read, and why; "" if all can."""
    reasons = sorted((each.id, why) for each in snapshots if (why := _why(each)))
    if not reasons:
        return ""
    shown = "; ".join(f"{name}, because {why}" for name, why in reasons[:NAMED])
    others = f"; and {len(reasons) - NAMED:,} others" if len(reasons) > NAMED else ""
    many = "copy cannot be read and is" if len(reasons) == 1 else "copies cannot be read and are"
    return f"{len(reasons):,} {many} left out: {shown}{others}"


def _why(snapshot: Snapshot) -> str:
    """Why a snapshot that is listed as a copy counts as none, although nobody marked it; "" for a copy."""
    if MARKS & snapshot.tags.keys():
        return ""
    copy = read_copy(snapshot)
    return copy.reason if isinstance(copy, Unreadable) else ""
