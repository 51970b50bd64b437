"""What people are shown about the tier of a point, and why it is not archived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from snapkeep.domain.archive.break_even import share_in_words
from snapkeep.domain.archive.records import Archive, ArchiveStage
from snapkeep.domain.archive.tier_words import archived_words, back_words
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
    since, until = point.archived_at, point.back_to_archive_at
    if point.archived:
        size = point.full_bytes or point.size_bytes
        return ShownTier(Tier.ARCHIVED, archived_words(since, size), since)
    return ShownTier(Tier.BACK, back_words(since, until), since, until) if until else ShownTier(Tier.STANDARD)


def shown_tier(point: PointFacts, record: Archive | None, *, archives: bool) -> ShownTier:
    """The same, for one in the standard tier with the reason why it is there.

    `record` is what the journal knows of it; `archives` says that its policy archives points.
    """
    shown = tier_of(point)
    if shown.tier is not Tier.STANDARD or point.place:
        return shown
    if record and record.stage.is_open:
        return ShownTier(Tier.ARCHIVING, why_here(record))
    if record and archives:
        return ShownTier(Tier.STANDARD, why_here(record))
    words = "not archived: it is measured once monthly and yearly rules alone keep it for long enough"
    return ShownTier(Tier.STANDARD, words if archives else "")


def why_here(record: Archive) -> str:
    """Why a point that was measured is in the standard tier."""
    if record.stage.is_open:
        began = f" since {moment(record.intent_at)}" if record.intent_at else ""
        return f"on its way to the archive tier{began}"
    if record.stage is ArchiveStage.ARCHIVED:
        return "somebody brought it back from the archive tier for good"
    figures = f"{share_in_words(record.unique, record.full)}, as measured on {record.measured_at:%Y-%m-%d}"
    failed = record.stage is ArchiveStage.FAILED
    trouble = f"{'given up' if failed else 'not begun'}: {record.reason}; " if record.reason else ""
    return f"not archived: {trouble}{figures}"
