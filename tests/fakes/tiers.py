"""EC2's storage tiers in memory: moves are in progress until a test finishes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from snapkeep.domain.archive.tiers import MOST_DAYS, MoveState, TierMove, TierStatus
from snapkeep.domain.errors import NotFound, PermanentError, Throttled
from snapkeep.domain.points import Snapshot
from tests.fakes.faults import Faults
from tests.fakes.snapshots import FakeSnapshots


class FakeTiers(Faults):
    """The tiers of the snapshots of a fake EC2; `most_archives` and `most_restores` may be in progress.
    `begun` are those that were archived, in order, and `shared` says with whom."""

    def __init__(self, snapshots: FakeSnapshots) -> None:
        super().__init__()
        self.snapshots = snapshots
        self.most_archives, self.most_restores = 25, 5
        self.shared: dict[str, list[str]] = {}
        self.begun: list[str] = []
        self._known: dict[str, TierStatus] = {}
        self._days: dict[str, int] = {}

    def archive(self, snapshot_id: str) -> None:
        self._before("archive")
        snapshot, status = self._snapshot(snapshot_id), self._status(snapshot_id)
        if snapshot.state != "completed" or status.is_archived or status.is_being_archived:
            raise PermanentError(f"archive {snapshot_id}: IncorrectState")
        self._begin(status, TierMove.ARCHIVAL, self.most_archives)
        self.begun.append(snapshot_id)
        self._after("archive")

    def bring_back(self, snapshot_id: str, days: int) -> None:
        self._before("bring_back")
        self._snapshot(snapshot_id)
        status = self._status(snapshot_id)
        if not 1 <= days <= MOST_DAYS or not status.is_archived or status.is_coming_back:
            raise PermanentError(f"bring {snapshot_id} back from the archive tier: IncorrectState")
        self._days[snapshot_id] = days
        if status.back_until:
            self._back(status)
        else:
            self._begin(status, TierMove.TEMPORARY_RESTORE, self.most_restores)
        self._after("bring_back")

    def tiers(self, snapshot_ids: Sequence[str]) -> Mapping[str, TierStatus]:
        self._before("tiers")
        return {name: self._status(name) for name in snapshot_ids if name in self.snapshots.all}

    def shared_with(self, snapshot_id: str) -> Sequence[str]:
        self._before("shared_with")
        self._snapshot(snapshot_id)
        return self.shared.get(snapshot_id, [])

    def moving(self) -> list[str]:
        """The ids of the snapshots that move, read without triggering planned faults."""
        return [name for name in self.snapshots.all if self._status(name).state is MoveState.IN_PROGRESS]

    def finish(self, snapshot_id: str, trouble: str = "") -> None:
        """End the move of a snapshot; with a trouble it fails."""
        status = self._status(snapshot_id)
        if trouble:
            self._known[snapshot_id] = replace(status, state=MoveState.FAILED, detail=trouble)
        elif status.is_being_archived:
            self.snapshots.archive(snapshot_id)
            now = self.snapshots.clock()
            self._known[snapshot_id] = replace(
                status, is_archived=True, state=MoveState.COMPLETED, progress=100, archived_at=now
            )
        else:
            self._back(status)

    def bring_back_for_good(self, snapshot_id: str) -> None:
        """Somebody restored the snapshot permanently."""
        self.snapshots.restore_tier(snapshot_id)
        self._known[snapshot_id] = TierStatus(snapshot_id)

    def _back(self, status: TierStatus) -> None:
        until = self.snapshots.clock() + timedelta(days=self._days[status.snapshot_id])
        self.snapshots.restore_tier(status.snapshot_id, until)
        self._known[status.snapshot_id] = replace(
            status, state=MoveState.COMPLETED, progress=100, back_until=until
        )

    def _begin(self, status: TierStatus, move: TierMove, most: int) -> None:
        moving = [self._status(each) for each in self._known]
        if sum(each.move is move and each.state is MoveState.IN_PROGRESS for each in moving) >= most:
            raise Throttled(f"{status.snapshot_id}: ResourceLimitExceeded", timedelta(hours=1))
        self._known[status.snapshot_id] = replace(
            status,
            move=move,
            state=MoveState.IN_PROGRESS,
            detail="",
            progress=0,
            began=self.snapshots.clock(),
        )

    def _snapshot(self, snapshot_id: str) -> Snapshot:
        if snapshot_id not in self.snapshots.all:
            raise NotFound(f"EC2 knows no snapshot {snapshot_id}")
        return self.snapshots.all[snapshot_id]

    def _status(self, snapshot_id: str) -> TierStatus:
        """What EC2 shows; a temporary restore ends by itself, and a test may have archived it by hand."""
        snapshot = self.snapshots.all[snapshot_id]
        status = self._known.get(snapshot_id, TierStatus(snapshot_id))
        if status.back_until and status.back_until <= self.snapshots.clock():
            self.snapshots.archive(snapshot_id)
            status = replace(status, back_until=None)
        away = snapshot.archived or snapshot.back_to_archive_at is not None
        status = replace(status, is_archived=status.is_archived or away)
        self._known[snapshot_id] = status
        return status
