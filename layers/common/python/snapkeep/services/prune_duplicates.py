"""Pruning twins: a second snapshot for one claim and slot goes once the first is ready, and not before."""

from __future__ import annotations

from dataclasses import dataclass

from snapkeep.domain import tags
from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.policies import Deployment
from snapkeep.domain.prunable import Listed, hold_of, read
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
        if not _is_twin(listed, first):
            return Pruned(listed.id, False, f"kept: its tags say that it is another point than {first.id}")
        snapshot = self.snapshots.get(listed.id)  # a hold may be newer than the listing
        if snapshot is None:
            return Pruned(listed.id, True, "gone already")
        if hold_of(snapshot):
            return Pruned(listed.id, False, "kept: it is held")
        if snapshot.tags.get(tags.DUPLICATE) != "true":
            return Pruned(listed.id, False, "kept: it is not marked as a duplicate any more")
        self.snapshots.delete(snapshot.id)
        if self.snapshots.get(snapshot.id) is not None:
            return Pruned(snapshot.id, False, f"deletion asked for, but EC2 still shows it beside {first.id}")
        return Pruned(snapshot.id, True, f"deleted: {first.id} is the ready one")

    def _ready_first(self, twin: Snapshot) -> Snapshot | None:
        """What counts for the twin's point: of the same volume, good, and still there when asked again."""
        point = tags.point_id_of(twin.tags)
        if not point:
            return None
        wanted = {tags.MANAGED: "true", tags.POINT: point}
        for listed in self.snapshots.find(wanted, [twin.volume_id], SnapshotState.COMPLETED):
            other = self.snapshots.get(listed.id) if listed.id != twin.id else None
            if other is not None and _is_good(other):
                return other
        return None


def _is_good(snapshot: Snapshot) -> bool:
    """True when it is a point of its own that somebody can restore from as it is."""
    found = read(snapshot, snapshot.tags.get(tags.CLUSTER, ""))
    return (
        isinstance(found, Listed)
        and found.candidate.counts(found.candidate.time)
        and tags.DUPLICATE not in snapshot.tags
    )


def _is_twin(twin: Snapshot, first: Snapshot) -> bool:
    """False when a tag of the twin contradicts the first: then somebody marked a good point by hand.

    The twin of a `csi` point may lack most tags: the driver gave it only those of our class.
    """
    same = (tags.CLUSTER, tags.NAMESPACE, tags.CLAIM, tags.CLAIM_UID, tags.POLICY, tags.SLOT, tags.RUN)
    if any(twin.tags.get(key, first.tags.get(key)) != first.tags.get(key) for key in same):
        return False
    return twin.tags.get(tags.SNAPSHOT_NAME, first.tags[tags.POINT]) == first.tags[tags.POINT]
