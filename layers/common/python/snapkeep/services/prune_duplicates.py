"""Pruning twins: a second snapshot for one claim and slot goes once the first is ready, and not before."""

from __future__ import annotations

from dataclasses import dataclass

from snapkeep.domain import tags
from snapkeep.domain.errors import SnapkeepError
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

    def run(self, only: str = "") -> list[Pruned]:
        """Decide about every marked duplicate (`only` of one cluster); a listing error deletes nothing."""
        marked = [
            snapshot
            for cluster in self.deployment.clusters
            if only in ("", cluster.name)
            for snapshot in self.snapshots.find(
                {tags.MANAGED: "true", tags.CLUSTER: cluster.name, tags.DUPLICATE: "true"}
            )
        ]
        return [self._decide(snapshot) for snapshot in marked]

    def _decide(self, snapshot: Snapshot) -> Pruned:
        """One that cannot be deleted (locked, in use, EC2 busy) never stops the others."""
        try:
            return self._prune(snapshot)
        except SnapkeepError as error:
            return Pruned(snapshot.id, False, f"kept for now: {error.reason}")

    def _prune(self, listed: Snapshot) -> Pruned:
        first = self._ready_first(listed)
        if first is None:
            return Pruned(listed.id, False, "kept: no ready snapshot of its point exists yet")
        snapshot = self.snapshots.get(listed.id)  # a hold may be newer than the listing
        if snapshot is None:
            return Pruned(listed.id, True, "gone already")
        if snapshot.tags.get(tags.HOLD) == "true":
            return Pruned(listed.id, False, "kept: it is held")
        if snapshot.tags.get(tags.DUPLICATE) != "true":
            return Pruned(listed.id, False, "kept: it is not marked as a duplicate any more")
        self.snapshots.delete(snapshot.id)
        if self.snapshots.get(snapshot.id) is not None:
            return Pruned(snapshot.id, False, f"deletion asked for, but EC2 still shows it beside {first.id}")
        return Pruned(snapshot.id, True, f"deleted: {first.id} is the ready one")

    def _ready_first(self, twin: Snapshot) -> Snapshot | None:
        """What counts for the twin's point: of the same volume, ready, and restorable by its tags."""
        point = tags.point_id_of(twin.tags)
        if not point:
            return None
        wanted = {tags.MANAGED: "true", tags.POINT: point}
        for other in self.snapshots.find(wanted, [twin.volume_id], SnapshotState.COMPLETED):
            if tags.DUPLICATE not in other.tags and tags.claim_facts_of(other.tags) is not None:
                return other
        return None
