"""Prunes duplicates: a second snapshot for one claim and slot is deleted once the first is ready, not
before."""

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
from snapkeep.domain.retention.snapshot_tags import ReadablePoint, hold_of, read
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Snapshots
from snapkeep.services.retention.deletion.delete import LOOKS
from snapkeep.services.retention.snapshot_objects import Objects, SnapshotObject

T = TypeVar("T")

SWAPPED_WITHIN = timedelta(days=1)
"""By then reconcile has made a named duplicate count, or it cannot because the journal lost the point or a
hold lasts. Swapped duplicates were also taken within this time.
"""


@dataclass(frozen=True, slots=True)
class Pruned:
    """The decision on one marked duplicate, and whether EC2 confirms that it is gone."""

    snapshot_id: str
    deleted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class PruneDuplicates:
    """Deletes a cluster's snapshots that are marked `snapkeep:duplicate`, and verifies the deletion.

    A duplicate is deleted with the content that names it and its VolumeSnapshot, which would otherwise claim
    to be ready and name a snapshot that is gone.
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
        for duplicate in marked:
            found = self._attempt(duplicate, self._ask)
            if isinstance(found, Pruned):
                decided.append(found)
            else:
                asked[duplicate.id] = found
        self._wait(asked)
        going = [duplicate for duplicate in marked if duplicate.id in asked]
        return decided + [
            self._attempt(duplicate, partial(self._delete, asked=asked[duplicate.id])) for duplicate in going
        ]

    def _attempt(self, duplicate: Snapshot, step: Callable[[Snapshot], T]) -> T | Pruned:
        """Run a step; a duplicate that cannot be deleted (locked, in use, EC2 busy) never stops the
        others."""
        try:
            return step(duplicate)
        except SnapkeepError as error:
            return Pruned(duplicate.id, False, f"kept for now: {error.reason}")

    def _ask(self, duplicate: Snapshot) -> list[SnapshotObject] | Pruned:
        """Request the deletion of the objects that name the duplicate, if it may be deleted; returns them."""
        kept = self._kept(duplicate) or self._waits(duplicate)
        by_driver = tags.SNAPSHOT_NAME in duplicate.tags
        return kept or self.objects.remove(duplicate.id, None if by_driver else duplicate)

    def _wait(self, asked: Mapping[str, Sequence[SnapshotObject]]) -> None:
        """Give the cluster a moment to remove the objects."""
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

    def _delete(self, duplicate: Snapshot, asked: Sequence[SnapshotObject]) -> Pruned:
        left = self.objects.left(asked)
        if left:
            return Pruned(duplicate.id, False, f"kept for now: {'; '.join(map(str, left))}")
        kept = self._kept(duplicate)  # a newer hold wins
        if kept:
            return kept
        first = self._ready_first(duplicate)
        self.snapshots.delete(duplicate.id)
        beside = first.id if first else "the ready one"
        if self.snapshots.get(duplicate.id) is not None:
            return Pruned(duplicate.id, False, f"deletion requested, but EC2 still shows it beside {beside}")
        return Pruned(duplicate.id, True, f"deleted: {beside} is the ready one")

    def _waits(self, duplicate: Snapshot) -> Pruned | None:
        """Keep a recent duplicate that a csi point's VolumeSnapshot names: it is about to count instead."""
        first = self._ready_first(duplicate)
        if first is None or first.tags.get(tags.METHOD) != Method.CSI:
            return None
        named = {
            point_of_object(item.volume_snapshot) for item in self.objects.contents.get(duplicate.id, ())
        }
        if first.tags[tags.POINT] not in named or self.clock() - duplicate.started_at > SWAPPED_WITHIN:
            return None
        reason = (
            "kept for now: its VolumeSnapshot names it, so reconcile will make it count instead of "
            f"{first.id}"
        )
        return Pruned(duplicate.id, False, reason)

    def _kept(self, listed: Snapshot) -> Pruned | None:
        """Why the duplicate stays (or is already gone); None when it may be deleted."""
        first = self._ready_first(listed)
        if first is None:
            return Pruned(listed.id, False, "kept: no ready snapshot of its point exists yet")
        if first.started_at - listed.started_at > SWAPPED_WITHIN:
            reason = (
                f"kept: {first.id} of the same point was taken more than a day later and holds other data"
            )
            return Pruned(listed.id, False, reason)
        if not _is_duplicate_of(listed, first):
            return Pruned(listed.id, False, f"kept: its tags name another point than {first.id}")
        snapshot = self.snapshots.get(listed.id)  # a hold may be newer than the listing
        if snapshot is None:
            return Pruned(listed.id, True, "already gone")
        if hold_of(snapshot):
            return Pruned(listed.id, False, "kept: it is held")
        if snapshot.tags.get(tags.DUPLICATE) != "true":
            return Pruned(listed.id, False, "kept: it is no longer marked as a duplicate")
        return None

    def _ready_first(self, duplicate: Snapshot) -> Snapshot | None:
        """The snapshot that counts for the duplicate's point: of the same volume, good, and still in EC2."""
        point = tags.point_id_of(duplicate.tags)
        if not point:
            return None
        wanted = {tags.MANAGED: "true", tags.POINT: point}
        for listed in self.snapshots.find(wanted, [duplicate.volume_id], SnapshotState.COMPLETED):
            other = self.snapshots.get(listed.id) if listed.id != duplicate.id else None
            if other is not None and _is_good(other):
                return other
        return None


def _is_good(snapshot: Snapshot) -> bool:
    """True when it is a restorable point and not a duplicate."""
    found = read(snapshot, snapshot.tags.get(tags.CLUSTER, ""))
    return (
        isinstance(found, ReadablePoint)
        and found.candidate.counts(found.candidate.time)
        and found.candidate.is_at_hand
        and tags.DUPLICATE not in snapshot.tags
    )


def _is_duplicate_of(duplicate: Snapshot, first: Snapshot) -> bool:
    """False when a tag of the duplicate contradicts the first: then somebody marked a good point by hand.

    A duplicate of a `csi` point may lack most tags: the driver gave it only those of our class.
    """
    same = (
        *(tags.DEPLOYMENT, tags.CLUSTER, tags.NAMESPACE, tags.CLAIM, tags.CLAIM_UID),
        *(tags.POLICY, tags.SLOT, tags.RUN),
    )
    if any(duplicate.tags.get(key, first.tags.get(key)) != first.tags.get(key) for key in same):
        return False
    named = point_of_object(duplicate.tags.get(tags.SNAPSHOT_NAME, first.tags[tags.POINT]))
    return named == first.tags[tags.POINT]
