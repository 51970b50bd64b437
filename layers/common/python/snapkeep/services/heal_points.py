"""Healing the points of a run: lost events, stuck drivers, lost jobs, twins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain import tags
from snapkeep.domain.errors import ClusterUnreachable
from snapkeep.domain.jobs import jobs_of
from snapkeep.domain.points import Point, PointState, SnapshotState, volume_timeout
from snapkeep.domain.policies import Deployment, Method
from snapkeep.domain.runs import Run
from snapkeep.ports import Clock, Clusters, Journal, Outcome, Pacer, Queue, Snapshots
from snapkeep.services.complete_points import CompletePoints

RESEND_AFTER = timedelta(minutes=20)
"""Longer than a job may wait in the queue (15 minutes): what is still not created lost its job."""

BIND_TIMEOUT = timedelta(minutes=10)
"""A live snapshot controller binds a VolumeSnapshot within seconds; bursts of hundreds take minutes."""


@dataclass(frozen=True, slots=True)
class HealPoints:
    """Looks at the unfinished points of a run and moves on what can move."""

    deployment: Deployment
    clusters: Clusters
    snapshots: Snapshots
    journal: Journal
    queue: Queue
    pacer: Pacer
    complete_points: CompletePoints
    clock: Clock

    def heal(self, run: Run) -> dict[str, int]:
        """What was found and done for the run, counted by word."""
        done: Counter[str] = Counter()
        seen = set()
        for snapshot in self.snapshots.find({tags.RUN: run.id}):
            seen.add(snapshot.id)
            done[self.complete_points.settle(snapshot).value] += 1
        points = [point for point in self.journal.points_of(run.id) if not point.state.is_final]
        unbound = [point for point in points if self._is_unbound(point)]
        done.update(self._follow_driver(run, unbound))
        untagged = [point for point in points if point.snapshot_id and point.snapshot_id not in seen]
        done.update(self._follow_snapshots(untagged))
        done["sent again"] += self._resend(points)
        done["late"] += sum(self._is_late(point) for point in points)
        return {word: count for word, count in done.items() if count}

    def correct_pace(self) -> None:
        """Set the count of pending snapshots to what EC2 shows of ours."""
        pending = sum(
            snapshot.state is SnapshotState.PENDING
            for cluster in self.deployment.clusters
            for snapshot in self.snapshots.find(
                {tags.MANAGED: "true", tags.CLUSTER: cluster.name}, state=SnapshotState.PENDING
            )
        )
        self.pacer.correct(pending)

    def _is_unbound(self, point: Point) -> bool:
        return point.method is Method.CSI and point.state is PointState.PENDING and not point.snapshot_id

    def _follow_driver(self, run: Run, points: Sequence[Point]) -> Counter[str]:
        """Ask the cluster what became of VolumeSnapshots whose EBS snapshot is not known."""
        done: Counter[str] = Counter()
        if not points:
            return done
        try:
            cluster = self.clusters.open(run.cluster)
            for point in points:
                status = cluster.volume_snapshot(point.claim.namespace, point.id)
                if status is None:
                    self._fail(point, f"its VolumeSnapshot {point.claim.namespace}/{point.id} was deleted")
                    done["failed"] += 1
                elif status.snapshot_id:
                    done[self._settle(point, status.snapshot_id)] += 1
                elif self._age(point) > BIND_TIMEOUT:
                    done[self._without_driver(point, status.error)] += 1
        except ClusterUnreachable:
            done["cluster unreachable"] += 1
        return done

    def _settle(self, point: Point, snapshot_id: str) -> str:
        snapshot = self.snapshots.get(snapshot_id)
        return self.complete_points.settle(snapshot).value if snapshot else "not visible yet"

    def _without_driver(self, point: Point, error: str) -> str:
        """The driver made nothing in time: take the point by ebs where the policy allows, else fail it."""
        minutes = int(BIND_TIMEOUT.total_seconds() // 60)
        reason = f"the snapshot controller made nothing of the VolumeSnapshot in {minutes} minutes"
        reason = f"{reason}: {error}" if error else f"{reason}; is it installed and running?"
        policy = self.deployment.policy(point.policy)
        if policy is None or not policy.csi_fallback:
            self._fail(point, reason)
            return "failed"
        self.journal.replan(point, f"by ebs instead of csi: {reason}")
        self.queue.send(jobs_of(self.journal.points(point.run, [point.id])))
        return "taken by ebs instead"

    def _follow_snapshots(self, points: Sequence[Point]) -> Counter[str]:
        """Points whose snapshot the run's tag does not find: not tagged yet, or deleted by somebody."""
        done: Counter[str] = Counter()
        for point in points:
            snapshot = self.snapshots.get(point.snapshot_id)
            if snapshot is not None:
                done[self.complete_points.settle(snapshot).value] += 1
            elif self._age(point) > self.deployment.consistency_wait:
                self._fail(point, f"its snapshot {point.snapshot_id} was deleted before it was ready")
                done["failed"] += 1
        return done

    def _resend(self, points: Sequence[Point]) -> int:
        """Send jobs again for points that nobody created in time; a group goes whole."""
        lost = [point for point in points if self._lost_its_job(point)]
        self.queue.send(jobs_of(lost))
        return len(lost)

    def _lost_its_job(self, point: Point) -> bool:
        unborn = point.state in (PointState.PLANNED, PointState.CREATING)
        return unborn and self.clock() - (point.intent_at or point.accepted_at) > RESEND_AFTER

    def _is_late(self, point: Point) -> bool:
        return bool(point.snapshot_id) and self._age(point) > volume_timeout(point.size_bytes)

    def _age(self, point: Point) -> timedelta:
        return self.clock() - (point.started_at or point.accepted_at)

    def _fail(self, point: Point, reason: str) -> None:
        if self.journal.finish(point, Outcome(PointState.FAILED, self.clock(), reason)):
            self.pacer.finished(1)
