"""Snapshots that were away, in the archive tier or the Recycle Bin, and came back.

Somebody who brings a point back wants to use it, but retention expired it long ago and would delete it at
once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from snapkeep.domain.retention.candidates import Protection
from snapkeep.domain.times import moment

PROTECTED_FOR = timedelta(hours=72)
"""How long a point that was brought back is kept."""


@dataclass(frozen=True, slots=True)
class Absence:
    """A snapshot that could not be restored, since when, and when it was first seen back.

    Both times are aware UTC; `back_at` is None until it is seen back.
    """

    snapshot_id: str
    since: datetime
    back_at: datetime | None = None


def brought_back(absence: Absence, now: datetime) -> Protection | None:
    """The protection of a point that came back; None once that has ended."""
    until = (absence.back_at or now) + PROTECTED_FOR
    if until <= now:
        return None
    return Protection(f"brought back after it was archived or deleted: kept until {moment(until)}")
