"""What the journal remembers about a point that may be archived: its figures, and how far the move is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

MOST_ATTEMPTS = 3
"""How often to archive a point before people must look why that fails."""

CERTAIN_AFTER = timedelta(hours=1)
"""EC2 certainly shows a move that began longer ago than this."""

SLOW_AFTER = timedelta(days=7)
"""EC2 does not say how long archiving takes at most; a move this old is reported."""


class ArchiveStage(StrEnum):
    """How far a point is on its way to the archive tier.

    `measured` is in the standard tier, with known figures. `failed` was given up.
    """

    MEASURED = "measured"
    INTENDED = "intended"
    ARCHIVING = "archiving"
    ARCHIVED = "archived"
    FAILED = "failed"

    @property
    def is_open(self) -> bool:
        """True while EC2 may be archiving it."""
        return self in (ArchiveStage.INTENDED, ArchiveStage.ARCHIVING)


@dataclass(frozen=True, slots=True)
class Archive:
    """A point that was measured and perhaps archived. Times are aware UTC.

    `subject` is its name for people. `unique` is how many bytes no other snapshot holds, `full` how many it
    has in all; both were measured between the snapshots `before` and `following` and stay true as long as
    those are its neighbours. `attempt` counts the calls that may have begun a move. `revision` grows with
    every write.
    """

    cluster: str
    snapshot_id: str
    subject: str
    policy: str
    volume: str
    before: str
    following: str
    unique: int
    full: int
    measured_at: datetime
    stage: ArchiveStage = ArchiveStage.MEASURED
    attempt: int = 0
    intent_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""
    revision: int = 0

    def is_between(self, before: str, following: str) -> bool:
        """True while the figures are those of these neighbours."""
        return (self.before, self.following) == (before, following)

    def is_certain(self, now: datetime) -> bool:
        """True once EC2 certainly shows the move that was intended."""
        return self.intent_at is None or abs(now - self.intent_at) >= CERTAIN_AFTER

    def is_slow(self, now: datetime) -> bool:
        """True for a move that should have ended."""
        return self.stage.is_open and self.intent_at is not None and now - self.intent_at >= SLOW_AFTER

    def intended(self, now: datetime) -> Archive:
        """EC2 is about to be asked."""
        return replace(
            self,
            stage=ArchiveStage.INTENDED,
            attempt=self.attempt + 1,
            intent_at=now,
            ended_at=None,
            reason="",
        )

    def archiving(self) -> Archive:
        """EC2 moves it."""
        return replace(self, stage=ArchiveStage.ARCHIVING, reason="")

    def archived(self, at: datetime) -> Archive:
        """It is in the archive tier since then."""
        return replace(self, stage=ArchiveStage.ARCHIVED, ended_at=at, reason="")

    def put_off(self, reason: str) -> Archive:
        """EC2 certainly began nothing: the attempt does not count."""
        attempt = max(0, self.attempt - 1)
        return replace(self, stage=ArchiveStage.MEASURED, attempt=attempt, intent_at=None, reason=reason)

    def failed(self, reason: str, now: datetime) -> Archive:
        """The attempt failed; after the last one the point is given up."""
        stage = ArchiveStage.FAILED if self.attempt >= MOST_ATTEMPTS else ArchiveStage.MEASURED
        return replace(self, stage=stage, ended_at=now, reason=reason)
