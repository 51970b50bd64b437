"""Finds recovery points that are ready in the journal but whose snapshots EC2 no longer has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from snapkeep.domain.backup.runs import Run
from snapkeep.domain.points import Point, PointState
from snapkeep.domain.report.catalogue import PointQuery
from snapkeep.domain.report.claims import Name
from snapkeep.domain.times import moment
from snapkeep.ports.catalogue import Catalogue
from snapkeep.ports.deletions import Deletions
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.points import Points

MOST = 500
"""How many catalogued points of a claim to check, newest first."""


@dataclass(frozen=True, slots=True)
class FindLostPoints:
    """Compares the journal with EC2; changes nothing."""

    snapshots: Snapshots
    points: Points
    deletions: Deletions
    catalogue: Catalogue

    def gone(self, points: Iterable[Point]) -> Mapping[str, str]:
        """By point id, what became of its snapshot, for ready points whose snapshot is gone from EC2."""
        ready = [point for point in points if point.state is PointState.READY and point.snapshot_id]
        there = self.snapshots.get_many([point.snapshot_id for point in ready]) if ready else {}
        return {point.id: self._fate(point) for point in ready if point.snapshot_id not in there}

    def of_claims(self, runs: Iterable[Run], names: Collection[Name]) -> Mapping[Name, str]:
        """By claim (namespace, name), what became of its point of these runs, unless it was pruned."""
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

    def of_claim(self, cluster: str, namespace: str, name: str, there: Collection[str]) -> str:
        """What became of the catalogued snapshots of a claim that are neither `there` nor in EC2 and that
        Snapkeep did not delete; "" when none is missing. The next prune corrects the catalogue."""
        places = self.catalogue.entries(cluster, PointQuery(namespace, name).prefix, "", MOST)
        missing = [entry for entry in places if entry.snapshot_id not in there]
        still = self.snapshots.get_many([entry.snapshot_id for entry in missing]) if missing else {}
        lost = [
            entry
            for entry in missing
            if entry.snapshot_id not in still and not self.deletions.knows_deletion(entry.snapshot_id)
        ]
        if not lost:
            return ""
        newest, older = lost[0], len(lost) - 1
        more = f", and {older} older {'one' if older == 1 else 'ones'}" if older else ""
        return (
            f"of its recovery point of {moment(newest.slot)}, snapshot {newest.snapshot_id} was deleted in "
            f"EC2, and not by Snapkeep{more}"
        )

    def _fate(self, point: Point) -> str:
        if self.deletions.knows_deletion(point.snapshot_id):
            return f"snapshot {point.snapshot_id} was pruned"
        return f"snapshot {point.snapshot_id} was deleted in EC2, and not by Snapkeep"
