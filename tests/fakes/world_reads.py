"""What a test reads of a world, without triggering planned faults."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from snapkeep.domain import tags
from snapkeep.domain.backup.runs import Run, run_id
from snapkeep.domain.points import Point, PointState, Snapshot, SnapshotState
from snapkeep.domain.policies import Policy
from tests.fakes.journal import MemoryJournal
from tests.fakes.messaging import FakePacer
from tests.fakes.snapshots import FakeSnapshots

SLOT = datetime(2026, 11, 24, 18, tzinfo=UTC)


class WorldReads:
    """Runs, points and snapshots as they are."""

    policy: Policy
    journal: MemoryJournal
    pacer: FakePacer
    ebs: FakeSnapshots

    def the_run(self) -> Run | None:
        """The usual slot's run, read without triggering planned faults."""
        return self.journal.runs.all.get(run_id("myeks", self.policy.name, SLOT))

    def point(self, claim: str) -> Point:
        """A claim's point in the usual run."""
        return next(point for point in self.points() if point.claim.name == claim)

    def pending_of_pace(self) -> int:
        """How many pending snapshots the pace counts now."""
        return self.pacer.bucket.pending if self.pacer.bucket else 0

    def points(self) -> list[Point]:
        """All points in the usual run, by claim name."""
        usual = run_id("myeks", self.policy.name, SLOT)
        points = [point for point in self.journal.points.all.values() if point.run == usual]
        return sorted(points, key=lambda point: point.claim.name)

    def states(self) -> dict[str, PointState]:
        """Each claim's name and its point's state."""
        return {point.claim.name: point.state for point in self.points()}

    def counted(self) -> dict[str, list[Snapshot]]:
        """Each claim's name and its snapshots that count: completed, fully tagged, no duplicates."""
        found: dict[str, list[Snapshot]] = {}
        for snapshot in self.ebs.all.values():
            complete = snapshot.state is SnapshotState.COMPLETED and tags.POINT in snapshot.tags
            if complete and tags.DUPLICATE not in snapshot.tags:
                found.setdefault(snapshot.tags[tags.CLAIM], []).append(snapshot)
        return found


def names(items: Iterable[Snapshot]) -> list[str]:
    """Ids, sorted."""
    return sorted(item.id for item in items)
