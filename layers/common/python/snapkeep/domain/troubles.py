"""Troubles that last: each is told once when it is new, and again every week while it lasts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

REMIND_AFTER = timedelta(days=7)
"""People are reminded of what lasts this often."""


class TroubleKind(StrEnum):
    """What people hear of."""

    BACKUP_LATE = "backup late"
    WORK_GIVEN_UP = "work given up"
    DELETION_STUCK = "deletion stuck"
    LABEL_MISREAD = "label misread"
    BACKUPS_ENDED = "backups ended"


@dataclass(frozen=True, slots=True)
class Topic:
    """What troubles are kept and told under: `about` is the policy (or function) that has them."""

    kind: TroubleKind
    cluster: str
    about: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is not as it should be, since when, and when people last heard of it (None: never)."""

    subject: str
    reason: str
    since: datetime
    told_at: datetime | None = None

    def is_due(self, now: datetime, patience: timedelta) -> bool:
        """True when people are to hear of it, for the first time or again; a clock may have been wrong."""
        if self.told_at is None:
            return abs(now - self.since) >= patience
        return abs(now - self.told_at) >= REMIND_AFTER


def resume(known: Mapping[str, Trouble], found: Mapping[str, str], now: datetime) -> dict[str, Trouble]:
    """The troubles there are now, by subject: what was found (subject to reason), with what is known of it.

    What was not found any more is over: should it come back, it is new.
    """
    fresh = {subject: Trouble(subject, reason, now) for subject, reason in found.items()}
    return {
        subject: replace(known[subject], reason=trouble.reason) if subject in known else trouble
        for subject, trouble in fresh.items()
    }
