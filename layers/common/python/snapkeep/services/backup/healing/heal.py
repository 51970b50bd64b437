"""Heals the points of a run: lost events, stuck drivers, lost jobs, duplicates."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain import tags
from snapkeep.domain.backup.jobs import jobs_of
from snapkeep.domain.backup.runs import Run
from snapkeep.domain.errors import PermanentError, SnapkeepError, TemporaryError
from snapkeep.domain.naming import tag_value
from snapkeep.domain.points import (
    GIVE_UP_AFTER,
    Point,
    PointState,
    Snapshot,
    SnapshotState,
)
from snapkeep.domain.policies import Deployment, Method
from snapkeep.domain.retention.deletion.refusals import permanent_refusal
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Pacer, Snapshots
from snapkeep.ports.kubernetes import Clusters, SnapshotObjects
from snapkeep.ports.messaging import Queue
from snapkeep.ports.points import Creations, Outcome, Points
from snapkeep.ports.runs import Runs
from snapkeep.services.backup.complete import CompletePoints, Settled
from snapkeep.services.backup.taking.find_snapshots import belongs_to, cut_for
from snapkeep.services.backup.taking.point_spec import spec_of_point

RESEND_AFTER = timedelta(minutes=20)
"""Longer than a job may wait in the queue (15 minutes): a point that is still not created has lost its
job."""

FORSAKEN_AFTER = timedelta(hours=1)
"""take_snapshots fails a point whose time is over; a point that stays open for this much longer has no
worker.
"""

BIND_TIMEOUT = timedelta(minutes=10)
"""A live snapshot controller binds a VolumeSnapshot within seconds; bursts of hundreds take minutes."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HealPoints:
    """Checks the unfinished points of a run and advances those it can."""

    deployment: Deployment
    clusters: Clusters
    snapshots: Snapshots
    runs: Runs
    points: Points
    creations: Creations
    queue: Queue
    pacer: Pacer
    complete_points: CompletePoints
    clock: Clock

    def heal(self, run: Run) -> dict[str, int]:
        """Heal the run; returns counts by result."""
        done: Counter[str] = Counter()
        final = {point.snapshot_id for point in self.points.points_of(run.id) if point.state.is_final}
        seen: dict[str, Snapshot] = {}
        for snapshot in self.snapshots.find({tags.MANAGED: "true", tags.RUN: tag_value(run.id)}):
            seen[snapshot.id] = snapshot
            if snapshot.id not in final:
                done[self._settle(snapshot)] += 1
        points = [point for point in self.points.points_of(run.id) if not point.state.is_final]
        done.update(self._follow_driver(run, [point for point in points if self._is_unbound(point)]))
        done.update(self._follow_snapshots([point for point in points if point.snapshot_id], seen))
        forsaken = [point for point in points if self._is_forsaken(point)]
        for point in forsaken:
            self._forsake(point)
        done["failed"] += len(forsaken)
        done["sent again"] += self._resend([point for point in points if point not in forsaken])
        done["late"] += sum(point.is_late(self.clock()) for point in points)
        return {word: count for word, count in done.items() if count}

    def correct_pace(self) -> None:
        """Set the count of pending snapshots to ours in EC2 plus those that drivers have yet to take.

        A pending snapshot without an open point may be a late one, of a point that failed in a closed run.
        """
        pending = [
            snapshot
            for cluster in self.deployment.clusters
            for snapshot in self.snapshots.find(
                {tags.MANAGED: "true", tags.CLUSTER: cluster.name}, state=SnapshotState.PENDING
            )
            if snapshot.state is SnapshotState.PENDING and tags.are_ours(snapshot.tags)
        ]
        for snapshot in pending:
            if tags.POINT not in snapshot.tags:
                self._settle(snapshot)
        cut = {tags.point_id_of(snapshot.tags) for snapshot in pending}
        uncut = [
            point
            for run in self.runs.open_runs()
            for point in self.points.points_of(run.id)
            if self._is_unbound(point) and point.id not in cut
        ]
        self.pacer.correct(len(pending) + len(uncut))

    def _is_unbound(self, point: Point) -> bool:
        return point.method is Method.CSI and point.state is PointState.PENDING and not point.snapshot_id

    def _settle(self, snapshot: Snapshot, named: bool = False) -> str:
        return self._guarded(snapshot, lambda: self.complete_points.settle(snapshot, named=named))

    def _guarded(self, snapshot: Snapshot, settle: Callable[[], Settled]) -> str:
        """Settle one snapshot; trouble with one never stops the others."""
        try:
            return settle().value
        except SnapkeepError as error:
            log.warning("snapshot %s could not be settled: %s", snapshot.id, error.reason)
            return "not settled"

    def _follow_driver(self, run: Run, points: Sequence[Point]) -> Counter[str]:
        """Check the VolumeSnapshots in the cluster whose EBS snapshot is unknown."""
        done: Counter[str] = Counter()
        if not points:
            return done
        try:
            cluster = self.clusters.open(run.cluster)
            for point in points:
                done[self._follow(cluster, point)] += 1
        except TemporaryError as error:
            done["not followed"] += 1
            done.update(self._out_of_sight(points, error.reason, GIVE_UP_AFTER))
        except PermanentError as error:
            done.update(self._out_of_sight(points, error.reason, BIND_TIMEOUT))
        return done

    def _follow(self, cluster: SnapshotObjects, point: Point) -> str:
        status = cluster.volume_snapshot(point.claim.namespace, point.volume_snapshot)
        if status is not None and status.snapshot_id:
            return self._follow_cut(point, status.snapshot_id)
        refusal = permanent_refusal(status.error) if status is not None else ""
        if refusal:
            return self._without_driver(point, f"the EBS CSI driver refuses its VolumeSnapshot: {refusal}")
        if self._age(point) <= BIND_TIMEOUT:
            return "not bound yet"
        waits = status is not None and status.bound and self._may_wait(point)
        if waits and self._age(point) <= GIVE_UP_AFTER:
            return "not cut yet"
        if status is None:
            return self._lost_sight(
                point, f"its VolumeSnapshot {point.claim.namespace}/{point.volume_snapshot} was deleted"
            )
        waited = GIVE_UP_AFTER if waits else BIND_TIMEOUT
        minutes = int(waited.total_seconds() // 60)
        who = "the EBS CSI driver" if status.bound else "the snapshot controller"
        reason = f"{who} did not process the VolumeSnapshot within {minutes} minutes"
        why = f": {status.error}" if status.error else "; is it installed and running?"
        return self._without_driver(point, reason + why)

    def _may_wait(self, point: Point) -> bool:
        """True while the controller is alive, because then the driver is merely late, perhaps throttled."""
        spec = spec_of_point(point, self.deployment, self.runs)
        return spec is None or not spec.csi_fallback

    def _follow_cut(self, point: Point, snapshot_id: str) -> str:
        """Settle the snapshot that the VolumeSnapshot names; one that is gone or not the point's by its tags
        fails the point."""
        snapshot = self.snapshots.get(snapshot_id)
        found = self._settle(snapshot, named=True) if snapshot else "not visible yet"
        in_vain = snapshot is None or found in (Settled.UNKNOWN, Settled.NOT_OURS, Settled.DUPLICATE)
        if not in_vain or self._age(point) <= BIND_TIMEOUT:
            return found
        if snapshot is None:
            return self._lost_sight(point, f"its snapshot {snapshot_id} was deleted before it was ready")
        reason = (
            f"its VolumeSnapshot names {snapshot_id}, whose tags name another point or none: if somebody "
            "changed the VolumeSnapshotClass, apply again what `snapkeep manifests` prints"
        )
        return self._without_driver(point, reason)

    def _out_of_sight(self, points: Sequence[Point], reason: str, patience: timedelta) -> Counter[str]:
        """Handle points whose cluster gives no information; after `patience`, EC2 decides."""
        known = self.points.points(points[0].run, [point.id for point in points])
        late = [point for point in known if self._is_unbound(point) and self._age(point) > patience]
        return Counter(
            self._lost_sight(point, f"its VolumeSnapshot cannot be read: {reason}") for point in late
        )

    def _lost_sight(self, point: Point, reason: str) -> str:
        """Handle a point whose named snapshot is unavailable: another may have been taken for the
        VolumeSnapshot.

        Our class retains, so such a snapshot exists even though the VolumeSnapshot is gone. Of several, the
        oldest counts.
        """
        for snapshot in cut_for(self.snapshots, point):
            return self._settle(snapshot, named=True)
        return self._without_driver(point, reason)

    def _without_driver(self, point: Point, reason: str) -> str:
        """The driver took no snapshot: take the point by ebs where the policy allows it, else fail it.

        Either way take_snapshots first removes the VolumeSnapshot, so that the driver takes no snapshot
        later.
        """
        spec = spec_of_point(point, self.deployment, self.runs)
        by_ebs = spec is not None and spec.csi_fallback
        if by_ebs:
            self.creations.replan(point, f"by ebs instead of csi: {reason}")
            self.pacer.finished(1)
        else:
            self._fail(point, reason)
        self.queue.send(jobs_of(self.points.points(point.run, [point.id])))
        return "taken by ebs instead" if by_ebs else "failed"

    def _follow_snapshots(self, points: Sequence[Point], seen: Mapping[str, Snapshot]) -> Counter[str]:
        """Follow points whose snapshot was not found by the run's tag: not tagged yet, edited or deleted."""
        done: Counter[str] = Counter()
        for point in points:
            snapshot = seen.get(point.snapshot_id) or self.snapshots.get(point.snapshot_id)
            if snapshot is None:
                if self._age(point) > self.deployment.consistency_wait:
                    self._fail(point, f"its snapshot {point.snapshot_id} was deleted before it was ready")
                    done["failed"] += 1
            elif not _is_own(snapshot, point) or tags.is_anothers(snapshot.tags, self.deployment.name):
                done[self._settle_known(point, snapshot)] += 1
            elif point.snapshot_id not in seen:
                done[self._settle(snapshot)] += 1
        return done

    def _settle_known(self, point: Point, snapshot: Snapshot) -> str:
        """Settle a snapshot that the journal knows as the point's, whatever its tags say now."""
        if tags.DUPLICATE in snapshot.tags:
            self._fail(point, f"somebody marked its snapshot {snapshot.id} as a duplicate")
            return "failed"
        other = self.complete_points.point_of(snapshot)
        if other is not None and other.snapshot_id == snapshot.id and other.id != point.id:
            whose = f"{other.claim.namespace}/{other.claim.name}"
            self._fail(point, f"its snapshot {snapshot.id} belongs to {whose}, which uses the same volume")
            return "failed"
        return self._guarded(snapshot, lambda: self.complete_points.advance(point, snapshot))

    def _resend(self, points: Sequence[Point]) -> int:
        """Send jobs again for points that nobody created in time; a group goes whole.

        While the account's pace is used up, points wait in the queue and are not lost: resending them would
        only fill it. Points whose time is over are sent so that they fail.
        """
        leads = {point.id: point for point in points if point.needs_snapshot}
        lost = [point for point in points if self._lost_its_job(point, leads.get(point.lead, point))]
        if lost and self.pacer.wait(1, self.clock()) > timedelta():
            lost = [point for point in lost if self.clock() >= point.give_up_at]
        if not lost:
            return 0
        self.queue.send(jobs_of(lost))
        return len(lost)

    def _lost_its_job(self, point: Point, lead: Point) -> bool:
        """`lead` carries the intent of the whole group; once it is settled, its members are on their own."""
        return point.needs_snapshot and self.clock() - (lead.intent_at or lead.accepted_at) > RESEND_AFTER

    def _is_forsaken(self, point: Point) -> bool:
        return point.needs_snapshot and self.clock() > point.give_up_at + FORSAKEN_AFTER

    def _forsake(self, point: Point) -> None:
        """Fail a point that take_snapshots did not even fail although its job was resent repeatedly."""
        hours = GIVE_UP_AFTER // timedelta(hours=1)
        reason = f"take_snapshots did not finish it within {hours} hours; its log and failure queue say why"
        self.points.finish(point, Outcome(PointState.FAILED, self.clock(), reason))

    def _age(self, point: Point) -> timedelta:
        return self.clock() - (point.started_at or point.accepted_at)

    def _fail(self, point: Point, reason: str) -> None:
        failed = Outcome(PointState.FAILED, self.clock(), reason)
        if self.points.finish(point, failed) and point.ended_at is None:
            self.pacer.finished(1)


def _is_own(snapshot: Snapshot, point: Point) -> bool:
    """True when its tags let a snapshot be settled as the point's."""
    is_known = tags.are_ours(snapshot.tags) and tags.DUPLICATE not in snapshot.tags
    return is_known and belongs_to(snapshot, point)
