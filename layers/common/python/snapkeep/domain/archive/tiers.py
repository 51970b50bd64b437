"""Where a snapshot stands between EC2's standard tier and its archive tier."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LONGEST_RETURN = timedelta(hours=72)
"""How long EC2 takes at most to bring a snapshot back.
https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-archive-considerations.html
"""

MOST_DAYS = 180
"""The longest temporary restore, in days.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RestoreSnapshotTier.html
"""


class TierMove(StrEnum):
    """The last move of a snapshot between the tiers."""

    NONE = ""
    ARCHIVAL = "archival"
    TEMPORARY_RESTORE = "temporary-restore"
    PERMANENT_RESTORE = "permanent-restore"


class MoveState(StrEnum):
    """How far the last move is."""

    NONE = ""
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class TierStatus:
    """A snapshot's tier, and its last move, as DescribeSnapshotTierStatus shows them.

    `is_archived` is true for one in the archive tier, also while a copy of it is back in the standard tier
    until `back_until`. `detail` is EC2's, `progress` a percentage. `began` is when the last move began,
    `archived_at` when it was last archived. Times are aware UTC.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SnapshotTierStatus.html
    """

    snapshot_id: str
    is_archived: bool = False
    move: TierMove = TierMove.NONE
    state: MoveState = MoveState.NONE
    detail: str = ""
    progress: int = 0
    began: datetime | None = None
    archived_at: datetime | None = None
    back_until: datetime | None = None

    def is_usable(self, now: datetime) -> bool:
        """True when volumes can be made from it."""
        return not self.is_archived or (self.back_until is not None and self.back_until > now)

    @property
    def is_being_archived(self) -> bool:
        """True while EC2 moves it to the archive tier, which nobody can cancel."""
        return self.move is TierMove.ARCHIVAL and self.state is MoveState.IN_PROGRESS

    @property
    def is_coming_back(self) -> bool:
        """True while EC2 brings it back, which nobody can cancel."""
        is_return = self.move in (TierMove.TEMPORARY_RESTORE, TierMove.PERMANENT_RESTORE)
        return is_return and self.state is MoveState.IN_PROGRESS
