"""When a source counts as silent: no copy of it has begun for longer than usual."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

LEAST, MOST = timedelta(days=2), timedelta(days=8)
LOOKED_AT = 7
"""How many of the last days with copies show what is usual."""


def silent_after(begun: Iterable[datetime]) -> timedelta:
    """How long a source may be quiet whose copies began at these times (aware UTC): a day longer than most of
    the last gaps between days with copies, because a rule may want a copy a week; at least LEAST, and at most
    MOST, whatever a source does."""
    days = sorted({each.date() for each in begun})[-LOOKED_AT:]
    gaps = sorted(later - earlier for earlier, later in pairwise(days))
    usual = gaps[(len(gaps) - 1) // 2] if gaps else timedelta()
    return min(max(LEAST, usual + timedelta(days=1)), MOST)
