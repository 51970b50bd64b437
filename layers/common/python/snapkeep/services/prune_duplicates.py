"""Pruning twins: a second snapshot for one claim and slot goes once the first is ready, and not before."""

from __future__ import annotations

from dataclasses import dataclass

from snapkeep.domain import tags
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.policies import Deployment
from snapkeep.ports import Snapshots


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was decided for one marked duplicate, and whether EC2 confirms that it is gone."""

    snapshot_id: str
    deleted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class PruneDuplicates:
    """Deletes snapshots marked `snapkeep:duplicate`, and looks again."""

    deployment: Deployment
    snapshots: Snapshots

    def run(self) -> list[Pruned]:
        """Decide about every marked duplicate; a listing error raises and deletes nothing."""
        marked = [
            snapshot
            for cluster in self.deployment.clusters
            for snapshot in self.snapshots.find(
                {tags.MANAGED: "true", tags.CLUSTER: cluster.name, tags.DUPLICATE: "true"}
            )
        ]
        return [self._prune(snapshot) for snapshot in marked]

    def _prune(self, snapshot: Snapshot) -> Pruned:
        if snapshot.tags.get(tags.HOLD) == "true":
            return Pruned(snapshot.id, False, "kept: it is held")
        point = tags.point_id_of(snapshot.tags)
        first = self._ready_first(point)
        if first is None:
            return Pruned(snapshot.id, False, f"kept: no ready snapshot of {point or 'its point'} exists yet")
        self.snapshots.delete(snapshot.id)
        if self.snapshots.get(snapshot.id) is not None:
            return Pruned(snapshot.id, False, f"deletion asked for, but EC2 still shows it beside {first.id}")
        return Pruned(snapshot.id, True, f"deleted: {first.id} is the ready one")

    def _ready_first(self, point: str) -> Snapshot | None:
        if not point:
            return None
        found = self.snapshots.find({tags.MANAGED: "true", tags.POINT: point})
        return next(
            (
                other
                for other in found
                if other.state is SnapshotState.COMPLETED and tags.DUPLICATE not in other.tags
            ),
            None,
        )
