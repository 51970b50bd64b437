"""Lasting troubles. Each is reported when it is new, and again every week while it lasts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

REMIND_AFTER = timedelta(days=7)
"""How often people are reminded of a lasting trouble."""


class TroubleKind(StrEnum):
    """The kinds of trouble that are reported to people."""

    BACKUP_LATE = "backup late"
    WORK_GIVEN_UP = "work given up"
    DELETION_STUCK = "deletion stuck"
    LABEL_MISREAD = "label misread"
    BACKUPS_ENDED = "backups ended"
    POINTS_LOST = "points lost"
    COPY_FAILED = "copy failed"
    COPIES_LATE = "copies late"
    COPIES_LOST = "copies lost"
    COPIES_NOT_LOCKED = "copies not locked"
    COPIES_LEFT = "copies left"
    COPIES_FULL = "copies full"
    LOANS_NOT_ENDED = "loans not ended"
    SOURCE_SILENT = "source silent"
    LIMIT_REACHED = "limit reached"
    REQUESTS_REFUSED = "requests refused"
    POINTS_SUSPICIOUS = "points suspicious"
    OBJECTS_NOT_LISTED = "objects not listed"
    FILE_SYSTEMS_NOT_BACKED_UP = "file systems not backed up"


@dataclass(frozen=True, slots=True)
class Topic:
    """The key under which troubles are stored and reported; `about` is the policy or function concerned."""

    kind: TroubleKind
    cluster: str
    about: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is wrong, since when, and when it was last reported to people (None: never)."""

    subject: str
    reason: str
    since: datetime
    told_at: datetime | None = None

    def is_due(self, now: datetime, patience: timedelta) -> bool:
        """True if it should be reported, for the first time or again. Differences count in both directions,
        because a clock may have been wrong.
        """
        if self.told_at is None:
            return abs(now - self.since) >= patience
        return abs(now - self.told_at) >= REMIND_AFTER


def resume(known: Mapping[str, Trouble], found: Mapping[str, str], now: datetime) -> dict[str, Trouble]:
    """The present troubles by subject: those `found` (subject to reason), with the history of those already
    `known`.

    A trouble that is no longer found is over; if it comes back, it is new.
    """
    fresh = {subject: Trouble(subject, reason, now) for subject, reason in found.items()}
    return {
        subject: replace(known[subject], reason=trouble.reason) if subject in known else trouble
        for subject, trouble in fresh.items()
    }
