"""Takes the snapshots of a job: paced, journaled before and after; one failure never stops the rest.

A create in EC2 consists of: lease, search by our run tag, intent, create, outcome. Nobody else can create
between the search and the intent, which is refused once the lease is lost. An invocation that finds an intent
without an outcome waits and reads several times before creating again (`domain.backup.creation`). A create in
Kubernetes needs no search: the journaled name of the object can exist only once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from snapkeep.domain import tags
from snapkeep.domain.backup.jobs import Job
from snapkeep.domain.errors import PermanentError, TemporaryError, Throttled
from snapkeep.domain.points import Point, PointState, Snapshot
from snapkeep.domain.policies import Deployment, Method
from snapkeep.ports.clock import Clock, Nonce
from snapkeep.ports.ec2 import Pacer, Snapshots, Volumes
from snapkeep.ports.kubernetes import Clusters
from snapkeep.ports.messaging import Queue
from snapkeep.ports.points import Creation, Creations, Outcome, Points
from snapkeep.ports.runs import Runs
from snapkeep.services.backup.close_run import CloseRun
from snapkeep.services.backup.taking.find_snapshots import existing_of, existing_or_cut
from snapkeep.services.backup.taking.intents import GAVE_UP, Intents
from snapkeep.services.backup.taking.point_spec import spec_of_point
from snapkeep.services.backup.taking.take_by_csi import CsiTaker
from snapkeep.services.backup.taking.take_group import Created, Failed, GroupTaker
from snapkeep.services.backup.taking.withdraw import WithdrawSnapshots

LEASE = timedelta(minutes=3)
"""Longer than take_snapshots may run, so that a live holder never loses its lease."""

AFTER_GROUP = timedelta(seconds=15)
"""EC2 allows one snapshot per volume in 15 seconds.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

BEHIND = "CreateSnapshots cuts one snapshot per volume, and another claim has it"

UNEXPECTED_DELAY = timedelta(seconds=60)

log = logging.getLogger(__name__)


@dataclass(slots=True)
class JobReport:
    """The results of a job: point ids by outcome."""

    created: list[str] = field(default_factory=list)
    adopted: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    later: dict[str, str] = field(default_factory=dict)
    delay: timedelta = timedelta()

    def postpone(self, points: Iterable[Point], reason: str, delay: timedelta) -> None:
        """Record points to retry after at least `delay`."""
        for point in points:
            self.later[point.id] = reason
        self.delay = max(self.delay, delay)


@dataclass(frozen=True, slots=True)
class TakeSnapshots:
    """Creates the recovery points of a job. `nonce` returns a new random text each time."""

    deployment: Deployment
    clusters: Clusters
    snapshots: Snapshots
    volumes: Volumes
    runs: Runs
    points: Points
    creations: Creations
    queue: Queue
    pacer: Pacer
    close_run: CloseRun
    clock: Clock
    nonce: Nonce
    lease: timedelta = LEASE

    def run(self, job: Job, owner: str) -> JobReport:
        """Take the job's points; those that cannot be taken now are sent again with a delay.

        `owner` must be unique to this invocation, because it holds the leases.
        """
        report = JobReport()
        waiting = self._withdraw(job, report)
        still_open = [point for point in self._still_open(job, report) if point.id not in waiting]
        todo = self._in_turn(job, still_open, report)
        granted = self._admit(job, todo, report)
        try:
            if job.group:
                self._take_group(granted, owner, report)
            else:
                self._take_each(granted, owner, report)
        finally:
            self.pacer.finished(len(granted) - len(report.created) - len(report.adopted))
        self._send_later(job, report)
        if report.failed:
            self.close_run.if_settled(job.run)
        return report

    def _withdraw(self, job: Job, report: JobReport) -> frozenset[str]:
        """Remove the VolumeSnapshots of points that gave up csi; returns the points that must wait for
        that."""
        given_up = [point for point in self.points.points(job.run, job.points) if point.gave_up_csi]
        if not given_up:
            return frozenset()
        withdrawing = WithdrawSnapshots(
            self.clusters,
            self.snapshots,
            self.points,
            self.creations,
            self.deployment.consistency_wait,
            self.clock,
        )
        delays = {point.id: delay for point in given_up if (delay := withdrawing.run(point))}
        for point in given_up:
            if point.id in delays:
                report.postpone([point], "its VolumeSnapshot is not gone yet", delays[point.id])
        return frozenset(delays)

    def _still_open(self, job: Job, report: JobReport) -> list[Point]:
        """The points that still need a snapshot; those that waited too long fail here.

        If a create may be in progress (the lead is `creating`), its outcome is determined first.
        """
        points = [point for point in self.points.points(job.run, job.points) if point.needs_snapshot]
        in_the_air = {point.lead for point in points if point.state is PointState.CREATING}
        todo = []
        for point in points:
            if self.clock() >= point.give_up_at and point.lead not in in_the_air:
                blame = "EC2 or the account's pace kept it waiting"
                if point.fell_back:
                    blame = "EC2, the account's pace or its old VolumeSnapshot kept it waiting"
                self._fail(point, f"{GAVE_UP}: {blame}", report)
            else:
                todo.append(point)
        return todo

    def _in_turn(self, job: Job, points: list[Point], report: JobReport) -> list[Point]:
        """The points, except those that wait behind a group that is not over yet.

        The latter must not use the account's pace: a token spent on waiting would be missing when the group,
        which is admitted whole, comes back.
        """
        leads = self.points.points(job.run, [points[0].lead]) if job.group and points else ()
        if not any(lead.needs_snapshot for lead in leads):
            return points
        report.postpone([point for point in points if point.behind], BEHIND, AFTER_GROUP)
        return [point for point in points if not point.behind]

    def _admit(self, job: Job, todo: list[Point], report: JobReport) -> list[Point]:
        """As many points as the account's pace allows now; a group is admitted whole or not at all."""
        if not todo:
            return []
        pace = self.deployment.pace
        wanted = min(len(todo), pace.burst, pace.pending)
        granted = self.pacer.take(wanted, self.clock(), whole=bool(job.group))
        if job.group and granted:
            granted = len(todo)
        if granted < len(todo):
            wait = self.pacer.line_up(len(todo) - granted, self.clock())
            report.postpone(todo[granted:], "the account's pace is used up", wait)
        return todo[:granted]

    def _take_each(self, points: Sequence[Point], owner: str, report: JobReport) -> None:
        held = [held for point in points if (held := self._lease(point, owner))]
        by_csi = [point for point in held if point.method is Method.CSI]
        by_ebs = [point for point in held if point.method is Method.EBS]
        for point in by_csi:
            self._guarded([point], report, partial(self._take_by_csi, point, owner, report))
        existing: dict[str, Snapshot] = {}
        if self._guarded(by_ebs, report, lambda: existing.update(existing_or_cut(self.snapshots, by_ebs))):
            for point in by_ebs:
                take = partial(self._take_by_ebs, point, existing.get(point.id), owner, report)
                self._guarded([point], report, take)
        for point in held:
            self.creations.release(point, owner)

    def _take_by_csi(self, point: Point, owner: str, report: JobReport) -> None:
        taker = CsiTaker(self.deployment, self.clusters, self.runs, self.creations, self.clock, self.nonce)
        taker.take(point, owner)
        report.created.append(point.id)

    def _take_by_ebs(self, point: Point, existing: Snapshot | None, owner: str, report: JobReport) -> None:
        if existing is not None:
            self._journal_created(point, existing)
            report.adopted.append(point.id)
            return
        intents = self._intents(owner)
        intents.write(point)
        self._journal_created(point, self._create(point, intents))
        report.created.append(point.id)

    def _create(self, point: Point, intents: Intents) -> Snapshot:
        try:
            return self.snapshots.create(point.volume_id, tags.full_tags(point), tags.description_of(point))
        except Throttled:
            intents.withdraw(point)
            raise

    def _intents(self, owner: str) -> Intents:
        return Intents(self.creations, self.clock, self.deployment.consistency_wait, owner)

    def _take_group(self, points: Sequence[Point], owner: str, report: JobReport) -> None:
        """Take the members of a group under the lease of their lead, which is settled last.

        Then the group is over, and members without a snapshot are taken alone.
        """
        for lead in self.points.points(points[0].run, [points[0].lead]) if points else ():
            if not lead.needs_snapshot:
                self._take_each(points, owner, report)
                return
            held = self._lease(lead, owner)
            if held is None:
                return
            spec = spec_of_point(lead, self.deployment, self.runs)
            may_fall_back = spec is not None and spec.group_fallback
            taker = GroupTaker(
                self.snapshots, self.volumes, self.creations, self._intents(owner), may_fall_back
            )
            self._guarded(points, report, partial(self._take_together, taker, held, points, report))
            self.creations.release(held, owner)

    def _take_together(
        self, taker: GroupTaker, lead: Point, members: Sequence[Point], report: JobReport
    ) -> None:
        attached = self.volumes.attachments([point.volume_id for point in members])
        existing = existing_of(self.snapshots, members)
        for item in taker.take(lead, members, attached, existing):
            if isinstance(item, Created):
                report.created.append(item.point.id)
            elif isinstance(item, Failed):
                self._fail(item.point, item.reason, report)
            else:
                report.postpone(item.points, item.reason, AFTER_GROUP)

    def _guarded(self, points: Sequence[Point], report: JobReport, act: Callable[[], None]) -> bool:
        """Run one step; an error affects only these points. True when it succeeded."""
        try:
            act()
            return True
        except TemporaryError as error:
            self._try_later(points, error.reason, error.delay, report)
        except PermanentError as error:
            for point in self._unborn(points):
                self._fail(point, error.reason, report)
        except Exception as error:
            log.exception("unexpected error while taking %s", [point.id for point in points])
            self._try_later(points, f"unexpected {type(error).__name__}", UNEXPECTED_DELAY, report)
        return False

    def _try_later(self, points: Sequence[Point], reason: str, delay: timedelta, report: JobReport) -> None:
        """Postpone the points; they fail once their time is over and no create can be in progress."""
        for point in self._unborn(points):
            if self.clock() >= point.give_up_at + self.deployment.consistency_wait:
                self._fail(point, f"{GAVE_UP}: {reason}", report)
            else:
                report.postpone([point], reason, delay)

    def _unborn(self, points: Sequence[Point]) -> Sequence[Point]:
        """The points (all of one run) that still have no snapshot according to the journal."""
        known = self.points.points(points[0].run, [point.id for point in points]) if points else ()
        return [point for point in known if point.needs_snapshot]

    def _lease(self, point: Point, owner: str) -> Point | None:
        """The lead's current record, leased; None if another invocation works on it, whose message
        survives a crash.
        """
        now = self.clock()
        held = self.creations.lease(point, owner, now + self.lease, now)
        return held if held is not None and held.needs_snapshot else None

    def _journal_created(self, point: Point, snapshot: Snapshot) -> None:
        note = _after_group(point)
        creation = Creation(point.id, snapshot.id, snapshot.started_at, snapshot.size_bytes, note)
        self.creations.write_created(point.run, [creation])

    def _fail(self, point: Point, reason: str, report: JobReport) -> None:
        self.points.finish(point, Outcome(PointState.FAILED, self.clock(), reason))
        report.failed[point.id] = reason

    def _send_later(self, job: Job, report: JobReport) -> None:
        if report.later:
            again = replace(job, points=tuple(id for id in job.points if id in report.later))
            self.queue.send([again], report.delay)


def _after_group(point: Point) -> str:
    """Why a member of a group was taken alone; "" for a point without a group."""
    if not point.group:
        return ""
    return f"taken alone after its group: {BEHIND if point.behind else 'CreateSnapshots omitted its volume'}"
