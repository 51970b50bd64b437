"""EC2's storage tiers: snapshots are archived, and brought back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.archive.tiers import TierStatus


class Tiers(Protocol):
    """Moves snapshots of one account and Region between the tiers, which takes hours and cannot be cancelled.

    Calls that begin a move raise Throttled when EC2 certainly began nothing, such as when as many moves as it
    allows are in progress; another TemporaryError when the answer was lost and the move may have begun;
    NotFound when the snapshot is gone; Forbidden when IAM refuses; Invalid when an AMI uses it; and another
    PermanentError when the snapshot cannot be moved as it is, also because it already moves or was moved.
    """

    def archive(self, snapshot_id: str) -> None:
        """ModifySnapshotTier: begin to archive a completed snapshot. All shares of it end."""

    def bring_back(self, snapshot_id: str, days: int) -> None:
        """RestoreSnapshotTier: begin to bring an archived snapshot back for 1 to 180 days, counted from when
        it is back; one that is already back stays that many days from now, more or fewer than before."""

    def tiers(self, snapshot_ids: Sequence[str]) -> Mapping[str, TierStatus]:
        """Where these snapshots stand, by id; those that EC2 does not know (yet) are absent."""

    def shared_with(self, snapshot_id: str) -> Sequence[str]:
        """The accounts that may use a snapshot (`all` for everybody), which archiving would take from them.
        Raises NotFound."""
