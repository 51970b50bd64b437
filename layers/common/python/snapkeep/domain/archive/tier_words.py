"""Says in words that a snapshot is in the archive tier."""

from __future__ import annotations

from datetime import datetime

from snapkeep.domain.archive.break_even import bring_back_dollars
from snapkeep.domain.times import moment


def archived_words(since: datetime | None, size: int) -> str:
    """A snapshot of that size (bytes) is archived, since then if that is known."""
    return (
        f"in the archive tier{_since(since)}; a restore brings it back first, in up to 72 hours, for about "
        f"${bring_back_dollars(size):.2f}"
    )


def back_words(since: datetime | None, until: datetime) -> str:
    """A snapshot is archived, and back in the standard tier for a time."""
    return f"in the archive tier{_since(since)}; back until {moment(until)}"


def _since(since: datetime | None) -> str:
    return f" since {moment(since)}" if since else ""
