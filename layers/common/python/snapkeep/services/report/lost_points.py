"""Finds recovery points that are ready in the journal but whose snapshots EC2 no longer has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from snapkeep.domain.backup.runs import Run
from snapkeep.domain.points import Point, PointState
from snapkeep.domain.report.claims import Name
from snapkeep.domain.times import moment
from snapkeep.ports.deletions import Deletions
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.points import Points


@dataclass(frozen=True, slots=True)
class FindLostPoints:
    """Compares the journal with EC2; changes nothing."""

    snapshots: Snapshots
    points: Points
    deletions: Deletions

    def gone(self, points: Iterable[Point]) -> Mapping[str, str]:
        """Point id to what became of its snapshot, for ready points whose snapshot is gone from EC2."""
        ready = [point for point in points if point.state is PointState.READY and point.snapshot_id]
        there = self.snapshots.get_many([point.snapshot_id for point in ready]) if ready else {}
        return {point.id: self._fate(point) for point in ready if point.snapshot_id not in there}

    def of_claims(self, runs: Iterable[Run], names: Collection[Name]) -> Mapping[Name, str]:
        """Claim (namespace, name) to what became of its point of these runs, where that was not pruned."""
        found: dict[Name, str] = {}
        for run in runs if names else ():
            points = {
                point.id: point
                for point in self.points.points_of(run.id)
                if (point.claim.namespace, point.claim.name) in names
            }
            for point_id, text in self.gone(points.values()).items():
                point = points[point_id]
                if not self.deletions.knows_deletion(point.snapshot_id):
                    place = (point.claim.namespace, point.claim.name)
                    found[place] = f"of its recovery point of {moment(point.slot)}, {text}"
        return found

    def _fate(self, point: Point) -> str:
        if self.deletions.knows_deletion(point.snapshot_id):
            return f"snapshot {point.snapshot_id} was pruned"
        return f"snapshot {point.snapshot_id} was deleted in EC2, and not by Snapkeep"
