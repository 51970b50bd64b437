"""Taking the snapshots of a job: paced, journaled before and after, one failure never stopping the rest.

Every create is: lease, intent, look for our run tag, create, outcome. Whoever finds an intent without
an outcome waits and looks several times before creating again (`domain.creation`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from snapkeep.domain import tags
from snapkeep.domain.creation import wait_before_retry
from snapkeep.domain.errors import PermanentError, TemporaryError, Throttled
from snapkeep.domain.jobs import Job
from snapkeep.domain.points import Point, PointState, Snapshot
from snapkeep.domain.policies import Deployment, Method
from snapkeep.ports import Announcer, Clock, Clusters, Creation, Journal, Outcome, Pacer, Queue, Snapshots
from snapkeep.services.closing import close_if_settled
from snapkeep.services.looking import description_of, oldest
from snapkeep.services.take_group import GroupTaker

LEASE = timedelta(minutes=2)
"""Longer than the function may run, so that a live holder never loses its lease."""

UNEXPECTED_DELAY = timedelta(seconds=60)

log = logging.getLogger(__name__)


@dataclass(slots=True)
class JobReport:
    """What became of the points of a job: ids by fate."""

    created: list[str] = field(default_factory=list)
    adopted: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    later: dict[str, str] = field(default_factory=dict)
    delay: timedelta = timedelta()

    def postpone(self, points: Iterable[Point], reason: str, delay: timedelta) -> None:
        """Note points to try again after at least `delay`."""
        for point in points:
            self.later[point.id] = reason
        self.delay = max(self.delay, delay)


@dataclass(frozen=True, slots=True)
class TakeSnapshots:
    """Creates the recovery points of a job."""

    deployment: Deployment
    clusters: Clusters
    snapshots: Snapshots
    journal: Journal
    queue: Queue
    pacer: Pacer
    announcer: Announcer
    clock: Clock

    def run(self, job: Job, owner: str) -> JobReport:
        """Take what the job asks; what cannot go now is sent again with a delay.

        `owner` must be unique to this invocation: it holds the leases.
        """
        report = JobReport()
        todo = self._still_open(job, report)
        granted = self._admit(job, todo, report)
        try:
            if job.group:
                self._take_group(granted, owner, report)
            else:
                self._take_each(granted, owner, report)
        finally:
            self.pacer.finished(len(granted) - len(report.created))
        self._send_later(job, report)
        if report.failed:
            close_if_settled(self.journal, self.announcer, job.run, self.clock())
        return report

    def _still_open(self, job: Job, report: JobReport) -> list[Point]:
        """The points that still need a snapshot; those tried for too long fail here."""
        todo = []
        for point in self.journal.points(job.run, job.points):
            if point.state not in (PointState.PLANNED, PointState.CREATING):
                continue
            if self.clock() >= point.give_up_at and point.state is PointState.PLANNED:
                self._fail(
                    point, f"not created within the time allowed: {point.reason or 'throttled'}", report
                )
                continue
            todo.append(point)
        return todo

    def _admit(self, job: Job, todo: list[Point], report: JobReport) -> list[Point]:
        """As many points as the account's pace allows now; a group goes whole or not at all."""
        if not todo:
            return []
        wanted = min(len(todo), self.deployment.pace.burst)
        granted = self.pacer.take(wanted, self.clock())
        if job.group and granted < wanted:
            self.pacer.finished(granted)
            granted = 0
        elif job.group:
            granted = len(todo)
        if granted < len(todo):
            wait = self.pacer.wait(len(todo) - granted, self.clock())
            report.postpone(todo[granted:], "the account's pace is used up", wait)
        return todo[:granted]

    def _take_each(self, points: Sequence[Point], owner: str, report: JobReport) -> None:
        held = [held for point in points if (held := self._lease(point, owner))]
        if not held:
            return
        fresh = {point.id for point in held if point.state is PointState.PLANNED}
        intended = [
            self.journal.write_intent(point, owner, self.clock()) if point.id in fresh else point
            for point in held
        ]
        found = self._look([point for point in intended if point.method is Method.EBS])
        for point in intended:
            take = partial(self._take_one, point, point.id in fresh, found.get(point.id), owner, report)
            self._guarded([point], owner, report, take)

    def _take_one(
        self, point: Point, fresh: bool, existing: Snapshot | None, owner: str, report: JobReport
    ) -> None:
        if point.method is Method.CSI:
            self.clusters.open(point.claim.cluster).create_volume_snapshot(point)
            self.journal.write_created(point.run, [Creation(point.id, "", self.clock())])
            report.created.append(point.id)
            return
        if existing is not None:
            self._journal_created(point, existing)
            report.adopted.append(point.id)
            return
        if not fresh:
            point = self.retry_allowed(point, owner)
        snapshot = self.snapshots.create(point.volume_id, tags.full_tags(point), description_of(point))
        self._journal_created(point, snapshot)
        report.created.append(point.id)

    def retry_allowed(self, point: Point, owner: str) -> Point:
        """The lead with a new intent when its create may be called again; TemporaryError if not yet."""
        point = self.journal.write_empty_read(point, owner, self.clock())
        wait = wait_before_retry(point, self.deployment.consistency_wait, self.clock())
        if wait > timedelta():
            raise TemporaryError("an earlier create may still show up in EC2", wait)
        return self.journal.write_intent(point, owner, self.clock())

    def _look(self, points: Sequence[Point]) -> dict[str, Snapshot]:
        """Snapshots that exist already for these points of one run, by point id."""
        if not points:
            return {}
        run = tags.identity_tags(points[0])[tags.RUN]
        found = self.snapshots.find({tags.RUN: run}, [point.volume_id for point in points])
        return oldest(found, lambda snapshot: tags.point_id_of(snapshot.tags))

    def _take_group(self, points: Sequence[Point], owner: str, report: JobReport) -> None:
        if not points:
            return
        lead = next((point for point in points if point.id == point.lead), None)
        lead = lead or self.journal.points(points[0].run, [points[0].lead])[0]
        held = self._lease(lead, owner)
        if held is None:
            return
        policy = self.deployment.policy(lead.policy)
        taker = GroupTaker(
            snapshots=self.snapshots,
            journal=self.journal,
            clock=self.clock,
            may_fall_back=policy is not None and policy.group_fallback,
            retry_allowed=lambda point: self.retry_allowed(point, owner),
            fail=lambda point, reason: self._fail(point, reason, report),
        )
        self._guarded(
            list(points), owner, report, lambda: report.created.extend(taker.take(held, points, owner)), held
        )

    def _guarded(
        self,
        points: list[Point],
        owner: str,
        report: JobReport,
        act: Callable[[], None],
        lead: Point | None = None,
    ) -> None:
        """Run one create; whatever goes wrong becomes the fate of these points alone."""
        lead = lead or points[0]
        try:
            act()
        except Throttled as error:
            self.journal.withdraw_intent(lead, owner)
            report.postpone(points, error.reason, error.delay)
        except TemporaryError as error:
            report.postpone(points, error.reason, error.delay)
        except PermanentError as error:
            for point in points:
                self._fail(point, error.reason, report)
        except Exception as error:
            log.exception("unexpected error while taking %s", [point.id for point in points])
            report.postpone(points, f"unexpected {type(error).__name__}", UNEXPECTED_DELAY)
        self.journal.release(lead, owner)

    def _lease(self, point: Point, owner: str) -> Point | None:
        """The lead as it stands, or None: somebody else works on it, and their message outlives them."""
        now = self.clock()
        held = self.journal.lease(point, owner, now + LEASE, now)
        if held is None or held.state not in (PointState.PLANNED, PointState.CREATING):
            return None
        return held

    def _journal_created(self, point: Point, snapshot: Snapshot) -> None:
        creation = Creation(point.id, snapshot.id, snapshot.started_at, snapshot.size_bytes)
        self.journal.write_created(point.run, [creation])

    def _fail(self, point: Point, reason: str, report: JobReport) -> None:
        self.journal.finish(point, Outcome(PointState.FAILED, self.clock(), reason))
        report.failed[point.id] = reason

    def _send_later(self, job: Job, report: JobReport) -> None:
        if report.later:
            again = replace(job, points=tuple(id for id in job.points if id in report.later))
            self.queue.send([again], report.delay)
