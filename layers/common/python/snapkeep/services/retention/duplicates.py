"""Pruning twins: a second snapshot for one claim and slot goes once the first is ready, and not before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypeVar

from snapkeep.domain import tags
from snapkeep.domain.backup.object_names import point_of_object
from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.policies import Method
from snapkeep.domain.snapshot_tags import ReadablePoint, hold_of, read
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Snapshots
from snapkeep.services.retention.deletion.delete import LOOKS
from snapkeep.services.retention.snapshot_objects import Objects, SnapshotObject

T = TypeVar("T")

SWAPPED_WITHIN = timedelta(days=1)
"""By then reconcile let a named twin count, or it cannot: the journal lost the point, or a hold lasts. Twins
that are to change places are cut within it, too."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was decided for one marked duplicate, and whether EC2 confirms that it is gone."""

    snapshot_id: str
    deleted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class PruneDuplicates:
    """Deletes the snapshots of a cluster that are marked `snapkeep:duplicate`, and looks again.

    A twin goes with the content that names it and that one's VolumeSnapshot: what stays would say that it is
    ready, and name a snapshot that is gone.
    """

    snapshots: Snapshots
    objects: Objects
    pause: Callable[[timedelta], None]
    clock: Clock

    def run(self, cluster: str) -> list[Pruned]:
        """Decide about every marked duplicate; a listing error deletes nothing."""
        wanted = {tags.MANAGED: "true", tags.CLUSTER: cluster, tags.DUPLICATE: "true"}
        marked = list(self.snapshots.find(wanted))
        decided: list[Pruned] = []
        asked: dict[str, list[SnapshotObject]] = {}
        for twin in marked:
            found = self._attempt(twin, self._ask)
            if isinstance(found, Pruned):
                decided.append(found)
            else:
                asked[twin.id] = found
        self._wait(asked)
        going = [twin for twin in marked if twin.id in asked]
        return decided + [self._attempt(twin, partial(self._delete, asked=asked[twin.id])) for twin in going]

    def _attempt(self, twin: Snapshot, step: Callable[[Snapshot], T]) -> T | Pruned:
        """One that cannot be deleted (locked, in use, EC2 busy) never stops the others."""
        try:
            return step(twin)
        except SnapkeepError as error:
            return Pruned(twin.id, False, f"kept for now: {error.reason}")

    def _ask(self, twin: Snapshot) -> list[SnapshotObject] | Pruned:
        """Ask the cluster for what names the twin, if it may go: the objects that were asked for."""
        kept = self._kept(twin) or self._waits(twin)
        by_driver = tags.SNAPSHOT_NAME in twin.tags
        return kept or self.objects.remove(twin.id, None if by_driver else twin)

    def _wait(self, asked: Mapping[str, Sequence[SnapshotObject]]) -> None:
        """Give the cluster a moment to remove what was asked for."""
        for pause in LOOKS:
            left = [self._attempt_left(objects) for objects in asked.values()]
            if not any(left):
                return
            self.pause(pause)

    def _attempt_left(self, asked: Sequence[SnapshotObject]) -> bool:
        try:
            return bool(self.objects.left(asked))
        except SnapkeepError:
            return True

    def _delete(self, twin: Snapshot, asked: Sequence[SnapshotObject]) -> Pruned:
        left = self.objects.left(asked)
        if left:
            return Pruned(twin.id, False, f"kept for now: {'; '.join(map(str, left))}")
        kept = self._kept(twin)  # a hold may be newer, and wins
        if kept:
            return kept
        first = self._ready_first(twin)
        self.snapshots.delete(twin.id)
        beside = first.id if first else "the ready one"
        if self.snapshots.get(twin.id) is not None:
            return Pruned(twin.id, False, f"deletion asked for, but EC2 still shows it beside {beside}")
        return Pruned(twin.id, True, f"deleted: {beside} is the ready one")

    def _waits(self, twin: Snapshot) -> Pruned | None:
        """Keep a young twin that a csi point's VolumeSnapshot names: it is about to count instead."""
        first = self._ready_first(twin)
        if first is None or first.tags.get(tags.METHOD) != Method.CSI:
            return None
        named = {point_of_object(item.volume_snapshot) for item in self.objects.contents.get(twin.id, ())}
        if first.tags[tags.POINT] not in named or self.clock() - twin.started_at > SWAPPED_WITHIN:
            return None
        reason = (
            f"kept for now: its VolumeSnapshot names it, so reconcile lets it count instead of {first.id}"
        )
        return Pruned(twin.id, False, reason)

    def _kept(self, listed: Snapshot) -> Pruned | None:
        """Why the twin stays (or is gone already); None when it may go."""
        first = self._ready_first(listed)
        if first is None:
            return Pruned(listed.id, False, "kept: no ready snapshot of its point exists yet")
        if first.started_at - listed.started_at > SWAPPED_WITHIN:
            reason = f"kept: {first.id} of the same point was cut more than a day later and holds other data"
            return Pruned(listed.id, False, reason)
        if not _is_twin(listed, first):
            return Pruned(listed.id, False, f"kept: its tags say that it is another point than {first.id}")
        snapshot = self.snapshots.get(listed.id)  # a hold may be newer than the listing
        if snapshot is None:
            return Pruned(listed.id, True, "gone already")
        if hold_of(snapshot):
            return Pruned(listed.id, False, "kept: it is held")
        if snapshot.tags.get(tags.DUPLICATE) != "true":
            return Pruned(listed.id, False, "kept: it is not marked as a duplicate any more")
        return None

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
        isinstance(found, ReadablePoint)
        and found.candidate.counts(found.candidate.time)
        and tags.DUPLICATE not in snapshot.tags
    )


def _is_twin(twin: Snapshot, first: Snapshot) -> bool:
    """False when a tag of the twin contradicts the first: then somebody marked a good point by hand.

    The twin of a `csi` point may lack most tags: the driver gave it only those of our class.
    """
    same = (
        *(tags.DEPLOYMENT, tags.CLUSTER, tags.NAMESPACE, tags.CLAIM, tags.CLAIM_UID),
        *(tags.POLICY, tags.SLOT, tags.RUN),
    )
    if any(twin.tags.get(key, first.tags.get(key)) != first.tags.get(key) for key in same):
        return False
    named = point_of_object(twin.tags.get(tags.SNAPSHOT_NAME, first.tags[tags.POINT]))
    return named == first.tags[tags.POINT]
