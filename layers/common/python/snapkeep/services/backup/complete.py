"""Completes recovery points: derives a point's state from its snapshot in EC2."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from snapkeep.domain import tags
from snapkeep.domain.drivers import AUTO_MODE, NAMED_SNAPSHOT
from snapkeep.domain.errors import Forbidden, PermanentError, TemporaryError
from snapkeep.domain.points import Point, PointState, Snapshot, SnapshotState, is_too_early
from snapkeep.domain.policies import Deployment, Method
from snapkeep.domain.report.catalogue import Entry
from snapkeep.ports.catalogue import Catalogue
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Pacer, Snapshots
from snapkeep.ports.news import BackupNews
from snapkeep.ports.points import Creation, Creations, Outcome, Points
from snapkeep.services.backup.close_run import CloseRun
from snapkeep.services.backup.complete_tags import CompleteTags
from snapkeep.services.backup.taking.find_snapshots import belongs_to, cut_for

JOURNAL_LAG = timedelta(minutes=3)
"""By then the journal's index certainly shows a point; an older snapshot without one comes from a lost
journal, or from a VolumeSnapshot that somebody created with our class. It is less than the five attempts of
an event, a minute apart, so such a snapshot causes no failure.
"""


log = logging.getLogger(__name__)


class Settled(StrEnum):
    """The result of settling one snapshot."""

    NOT_OURS = "not ours"
    GONE = "gone"
    ALONE = "not marked: the snapshot that counts for its point is not good"
    UNKNOWN = "no such point in the journal"
    DUPLICATE = "marked as a duplicate"
    CONTESTED = "cut more than once; reconcile asks which one its content names"
    PENDING = "still pending"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CompletePoints:
    """Marks points ready or failed, completes their tags and closes their runs."""

    points: Points
    creations: Creations
    catalogue: Catalogue
    snapshots: Snapshots
    pacer: Pacer
    announcer: BackupNews
    close_run: CloseRun
    clock: Clock
    deployment: Deployment

    def on_event(self, snapshot_id: str, finished: bool, ended_at: datetime | None = None) -> Settled:
        """Settle the snapshot an EBS event names.

        `finished` says that the event reported an end, `ended_at` (aware UTC) when. Raises TemporaryError
        while EC2's Describe calls lag behind the event, so that the event is delivered again. The point of a
        deleted snapshot cannot be determined; reconcile checks the snapshots of open points.
        """
        snapshot = self.snapshots.get(snapshot_id)
        if snapshot is None and ended_at is not None and self.clock() - ended_at > JOURNAL_LAG:
            return Settled.GONE
        if snapshot is None:
            raise TemporaryError(f"EC2 does not show {snapshot_id} yet", timedelta(seconds=30))
        verdict = self.settle(snapshot, ended=finished)
        if verdict is Settled.PENDING and finished:
            raise TemporaryError(
                f"EC2 still shows {snapshot_id} as pending after its event", timedelta(seconds=30)
            )
        if verdict is Settled.UNKNOWN and self.clock() - snapshot.started_at < JOURNAL_LAG:
            raise TemporaryError(f"the journal does not show the point of {snapshot_id} yet")
        return verdict

    def settle(self, snapshot: Snapshot, ended: bool = False, named: bool = False) -> Settled:
        """Update the journal and the tags from one of our snapshots.

        `ended` says that an EC2 event reported its end: it then no longer counts as pending, even while EC2
        still shows it so. `named` says that its VolumeSnapshotContent names it. A driver whose describes lag
        may take several snapshots for one VolumeSnapshot: until it is known which one is named, none is
        adopted.
        """
        if tags.is_anothers(snapshot.tags, self.deployment.name):
            return Settled.NOT_OURS
        if not tags.are_ours(snapshot.tags) and self._unmarked_point(snapshot) is None:
            return Settled.NOT_OURS
        if snapshot.tags.get(tags.DUPLICATE) == "true":
            return Settled.DUPLICATE
        point = self.point_of(snapshot)
        if point is None:
            return Settled.UNKNOWN
        siblings = self._siblings(point)
        if not named and not point.snapshot_id and len(siblings) > 1:
            return Settled.CONTESTED
        point = self._adopted(point, snapshot)
        if point.snapshot_id != snapshot.id:
            return self._second(point, snapshot)
        for other in siblings:
            if other.id != snapshot.id and snapshot.state is not SnapshotState.ERROR:
                self._tags.mark_duplicate(point, other)
        verdict = self.advance(point, snapshot)
        if ended and verdict is Settled.PENDING and self.points.write_end(point, self.clock()):
            self.pacer.finished(1)
        return verdict

    def point_of(self, snapshot: Snapshot) -> Point | None:
        """The point that the snapshot's tags name; snapshots of a new group only carry the run, so their
        points are found by volume.
        """
        if not tags.are_ours(snapshot.tags):
            return self._unmarked_point(snapshot)
        point_id = tags.point_id_of(snapshot.tags)
        if point_id:
            point = self.points.find_point(point_id)
            return point if point is not None and belongs_to(snapshot, point) else None
        run = snapshot.tags.get(tags.RUN, "")
        members = self.points.points_of(run) if run else ()
        return next((point for point in members if belongs_to(snapshot, point)), None)

    def _siblings(self, point: Point) -> list[Snapshot]:
        """The snapshots that the driver took for an unfinished point's VolumeSnapshot, as far as EC2 shows
        them."""
        by_driver = point.method is Method.CSI or point.fell_back
        return cut_for(self.snapshots, point) if by_driver and not point.state.is_final else []

    def _unmarked_point(self, snapshot: Snapshot) -> Point | None:
        """The point of a snapshot that a driver took without our tags.

        Its tag names the UID of a VolumeSnapshot that we created, and it is of the point's volume.
        """
        mark = snapshot.tags.get(NAMED_SNAPSHOT, "")
        cluster = snapshot.tags.get(AUTO_MODE.cluster_key, "")
        if not mark or cluster not in (known.name for known in self.deployment.clusters):
            return None
        point = self.points.point_marked(mark)
        if point is None or (cluster, snapshot.volume_id) != (point.claim.cluster, point.volume_id):
            return None
        if is_too_early(snapshot.started_at, point):
            return None
        return point

    def _adopted(self, point: Point, snapshot: Snapshot) -> Point:
        """The point with this snapshot as its own, unless it has one already."""
        if point.snapshot_id:
            return point
        creation = Creation(point.id, snapshot.id, snapshot.started_at, snapshot.size_bytes)
        if point.state is not PointState.FAILED:
            self.creations.write_created(point.run, [creation])
        elif _may_revive(point, snapshot):
            log.info("point %s failed without a snapshot and takes the late %s", point.id, snapshot.id)
            self.points.revive(point, creation)
        return self.points.points(point.run, [point.id])[0]

    def _second(self, point: Point, snapshot: Snapshot) -> Settled:
        """Mark a second snapshot as a duplicate, unless it may be the only good one.

        Raises TemporaryError while EC2 may just not show the first one yet.
        """
        first = self.snapshots.get(point.snapshot_id) if point.snapshot_id else None
        if point.snapshot_id and first is None and self._is_young(point):
            raise TemporaryError(f"EC2 does not show {point.snapshot_id} yet, beside which {snapshot.id} is")
        if not point.snapshot_id or (first is not None and _may_count(first)):
            self._tags.mark_duplicate(point, snapshot)
            return Settled.DUPLICATE
        self._tags.complete(point, snapshot)
        return Settled.ALONE

    def _is_young(self, point: Point) -> bool:
        return point.started_at is not None and self.clock() - point.started_at < JOURNAL_LAG

    def advance(self, point: Point, snapshot: Snapshot) -> Settled:
        """Complete the tags of a point's snapshot, and settle the point if the snapshot has ended."""
        if snapshot.state is SnapshotState.ERROR:
            reason = snapshot.state_message or "EC2 gave no reason"
            return self._finish(point, PointState.FAILED, snapshot, f"EC2 failed {snapshot.id}: {reason}")
        try:
            self._tags.complete(point, snapshot)
        except PermanentError as error:
            reason = f"{snapshot.id} cannot be tagged as a recovery point: {error.reason}"
            return self._finish(point, PointState.FAILED, snapshot, reason)
        if snapshot.state is SnapshotState.COMPLETED:
            reason = "" if point.state.is_final else self._lock(point, snapshot)
            return self._finish(point, PointState.READY, snapshot, reason)
        return Settled.PENDING

    def put_in_place(self, point: Point, named: Snapshot, counted: Iterable[Snapshot]) -> None:
        """Make a marked duplicate the snapshot of a ready point, and mark the previous one instead.

        Its own mark is removed last, so that a later pass can continue after a crash. Raises TemporaryError
        when a later attempt may succeed.
        """
        self._tags.complete(point, named)
        if point.snapshot_id != named.id:
            self._lock(point, named)
            self.points.replace_snapshot(point, named)
        self._catalogue(point, named)
        for other in counted:
            self.catalogue.remove_entries(point.claim.cluster, [_entry(point, other)])
            self._tags.mark_duplicate(point, other)
        self.snapshots.remove_tags(named.id, {tags.DUPLICATE: "true"})

    @property
    def _tags(self) -> CompleteTags:
        return CompleteTags(self.snapshots, self.deployment.name, self.clock)

    def _catalogue(self, point: Point, snapshot: Snapshot) -> None:
        """Add the point to the catalogue at once; otherwise prune's next comparison would add it."""
        self.catalogue.put_entries(point.claim.cluster, [_entry(point, snapshot)])

    def _lock(self, point: Point, snapshot: Snapshot) -> str:
        """Lock a snapshot as its point's policy asks; returns why it could not be locked, or "".

        Its data is good even if it cannot be locked: the point becomes ready and is announced as unlocked.
        Raises TemporaryError if a later attempt may lock it.
        """
        policy = self.deployment.policy(point.policy)
        if policy is None or policy.lock is None:
            return ""
        try:
            self.snapshots.lock(snapshot.id, policy.lock)
        except PermanentError as error:
            if isinstance(error, Forbidden) and tags.POLICY not in snapshot.tags:
                # IAM allows locking by the policy tag, which was written only a moment ago.
                raise TemporaryError(error.reason, timedelta(minutes=1)) from error
            reason = f"not locked, so it can be deleted: {error.reason}"
            self.announcer.not_locked(point, reason)
            return reason
        return ""

    def _finish(self, point: Point, state: PointState, snapshot: Snapshot, reason: str) -> Settled:
        outcome = Outcome(state, self.clock(), reason, snapshot.id, snapshot.size_bytes)
        if self.points.finish(point, outcome) and point.ended_at is None:
            self.pacer.finished(1)
        self.close_run.if_settled(point.run)
        self._catalogue(point, snapshot)
        return Settled.READY if state is PointState.READY else Settled.FAILED


def _may_revive(point: Point, snapshot: Snapshot) -> bool:
    """Whether a late snapshot may still become the point's; not if the VolumeSnapshot was withdrawn before,
    because then somebody else created one with that name.
    """
    by_driver = tags.SNAPSHOT_NAME in snapshot.tags or NAMED_SNAPSHOT in snapshot.tags
    return not (point.withdrawn and by_driver)


def _may_count(snapshot: Snapshot) -> bool:
    """False for a snapshot that failed, is in the Recycle Bin or is itself marked as a duplicate."""
    is_there = snapshot.state in (SnapshotState.PENDING, SnapshotState.COMPLETED)
    return is_there and tags.DUPLICATE not in snapshot.tags


def _entry(point: Point, snapshot: Snapshot) -> Entry:
    claim = point.claim
    return Entry(claim.namespace, claim.name, point.slot, point.id, snapshot.id, point.policy)
