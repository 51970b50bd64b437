"""How a snapshot comes back from the archive tier, in words for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from snapkeep.domain.archive.tiers import LONGEST_RETURN, MoveState, TierStatus
from snapkeep.domain.times import moment

DAYS = 7
"""For how many days a restore brings a snapshot back; it is billed in both tiers meanwhile."""

PROLONG_BEFORE = timedelta(days=2)
"""A snapshot that a restore still needs stays longer when less than this is left."""

BRINGING_BACK = "bringing back from the archive tier"


@dataclass(frozen=True, slots=True)
class Return:
    """Whether volumes can be made from a snapshot now, until when (aware UTC; None: for good), and what is
    going on, as a phrase."""

    usable: bool
    words: str
    until: datetime | None = None

    def ends_soon(self, now: datetime) -> bool:
        """True when it goes back to the archive tier by itself before a restore can rely on it."""
        return self.until is not None and self.until - now < PROLONG_BEFORE


def return_of(status: TierStatus, now: datetime) -> Return:
    """Where a snapshot stands that a restore needs."""
    if status.is_archived and status.is_usable(now) and status.back_until:
        return Return(
            True, f"back from the archive tier until {moment(status.back_until)}", status.back_until
        )
    if status.is_being_archived:
        return Return(False, "EC2 is still archiving it, and it can be brought back only after that")
    if not status.is_archived:
        return Return(True, "in the standard tier")
    if status.is_coming_back:
        return Return(False, _coming(status))
    if status.state is MoveState.FAILED and status.detail:
        return Return(False, f"EC2 could not bring it back from the archive tier: {status.detail}")
    return Return(False, "in the archive tier")


def _coming(status: TierStatus) -> str:
    if status.began is None:
        return f"{BRINGING_BACK} ({status.progress}%)"
    latest = moment(status.began + LONGEST_RETURN)
    return (
        f"{BRINGING_BACK} since {moment(status.began)} ({status.progress}%), done by {latest} at the latest"
    )
