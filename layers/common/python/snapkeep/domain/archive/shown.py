"""What people are shown about the tier of a point, and why it is not archived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from snapkeep.domain.archive.break_even import bring_back_dollars, share_in_words
from snapkeep.domain.archive.records import Archive, ArchiveStage
from snapkeep.domain.restore.points import PointFacts
from snapkeep.domain.times import moment


class Tier(StrEnum):
    """Where a point is stored. One that is `back` can be used until it goes back by itself."""

    STANDARD = "standard"
    ARCHIVING = "archiving"
    ARCHIVED = "archived"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class ShownTier:
    """The tier of a point: since when it is archived, until when it is back (aware UTC), and in words, which
    are "" when there is nothing to say."""

    tier: Tier
    words: str = ""
    since: datetime | None = None
    until: datetime | None = None


def tier_of(point: PointFacts) -> ShownTier:
    """The tier of a point as EC2 shows it."""
    since = f" since {moment(point.archived_at)}" if point.archived_at else ""
    if point.archived:
        dollars = bring_back_dollars(point.full_bytes or point.size_bytes)
        words = (
            f"in the archive tier{since}; a restore brings it back first, in up to 72 hours, for about "
            f"${dollars:.2f}"
        )
        return ShownTier(Tier.ARCHIVED, words, point.archived_at)
    if until := point.back_to_archive_at:
        words = f"in the archive tier{since}; back until {moment(until)}"
        return ShownTier(Tier.BACK, words, point.archived_at, until)
    return ShownTier(Tier.STANDARD)


def shown_tier(point: PointFacts, record: Archive | None, *, archives: bool) -> ShownTier:
    """The same, for one in the standard tier with the reason why it is there.

    `record` is what the journal knows of it; `archives` says that its policy archives points.
    """
    shown = tier_of(point)
    if shown.tier is not Tier.STANDARD or point.place:
        return shown
    if record and record.stage.is_open:
        began = f" since {moment(record.intent_at)}" if record.intent_at else ""
        return ShownTier(Tier.ARCHIVING, f"on its way to the archive tier{began}")
    if record and archives:
        return ShownTier(Tier.STANDARD, why_here(record))
    words = "not archived: it is measured once monthly and yearly rules alone keep it for long enough"
    return ShownTier(Tier.STANDARD, words if archives else "")


def why_here(record: Archive) -> str:
    """Why a point that was measured is not in the archive tier."""
    if record.stage is ArchiveStage.ARCHIVED:
        return "somebody brought it back from the archive tier for good"
    figures = f"{share_in_words(record.unique, record.full)}, as measured on {record.measured_at:%Y-%m-%d}"
    failed = record.stage is ArchiveStage.FAILED
    trouble = f"{'given up' if failed else 'not begun'}: {record.reason}; " if record.reason else ""
    return f"not archived: {trouble}{figures}"
