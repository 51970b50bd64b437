"""Snapshots a dying node's volumes: recovery points like any other, taken at one moment where EC2 can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from snapkeep.domain import tags
from snapkeep.domain.backup.jobs import jobs_of
from snapkeep.domain.backup.runs import Run, RunState, run_id
from snapkeep.domain.backup.sharing import in_words, with_sharers
from snapkeep.domain.claims import Claim
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep.domain.interruption.saves import in_order_of_need
from snapkeep.domain.naming import point_id
from snapkeep.domain.points import Point, SnapshotState, facts_of
from snapkeep.domain.policies import INTERRUPTION, Method
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Pacer, Snapshots
from snapkeep.ports.points import Points
from snapkeep.ports.runs import Runs
from snapkeep.services.backup.taking.take import TakeSnapshots

LEASE = timedelta(seconds=35)
"""Slightly longer than save_node may run: a live holder must never lose its lease, but after a crash at most
two minutes are left."""


@dataclass(frozen=True)
class Saved:
    """Point ids by claim, and by claim the reason for each without a snapshot.

    `unfinished` says that some of those will be retried; `lost` counts those that will not. `is_new` says
    that this call planned them.
    """

    claims: Mapping[str, str] = field(default_factory=dict)
    missed: Mapping[str, str] = field(default_factory=dict)
    unfinished: bool = False
    lost: int = 0
    is_new: bool = False


@dataclass(frozen=True)
class SaveVolumes:
    """Plans and takes the run of an incident; points that the pace does not allow now continue as jobs."""

    snapshots: Snapshots
    runs: Runs
    points: Points
    pacer: Pacer
    taker: TakeSnapshots
    clock: Clock

    def run_of(self, record: IncidentRecord, slot: datetime) -> str:
        """The id of the run: two nodes may die in the same second."""
        return f"{run_id(record.cluster, INTERRUPTION, slot)}.{record.instance}"

    def take(self, record: IncidentRecord, claims: Sequence[Claim], owner: str) -> Saved:
        """Take the points of the incident's run, whichever invocation planned it.

        Raises TemporaryError while another invocation plans it, or when something does not answer.
        """
        if not record.run:
            return Saved()
        known = self.runs.run(record.run)
        planned = known is not None and known.state is not RunState.PLANNING
        order = () if planned else self._plan(record, claims)
        if not any(self.points.points_of(record.run)):
            return Saved()
        run = known if known and planned else self._open(record, owner)
        is_new = run.state is RunState.PLANNING
        if is_new:
            self._take_now(run, order, owner)
            self._start(run)
        points = list(self.points.points_of(run.id))
        return Saved(
            claims={_name(point): point.id for point in points if point.snapshot_id},
            missed={_name(point): _why(point) for point in points if not point.snapshot_id},
            unfinished=any(point.needs_snapshot for point in points),
            lost=sum(not point.snapshot_id and not point.needs_snapshot for point in points),
            is_new=is_new,
        )

    def _open(self, record: IncidentRecord, owner: str) -> Run:
        now = self.clock()
        held = self.runs.open_run(self._run(record), owner, now + LEASE, now)
        if held is None:
            raise TemporaryError(f"the snapshots of {record.instance} are being taken", LEASE)
        return held

    def _run(self, record: IncidentRecord) -> Run:
        """The run of the incident. Journaled points determine its deployment, because an update may have
        happened in between.
        """
        assert record.saved_at is not None
        planned = next(iter(self.points.points_of(record.run)), None)
        name = self.taker.deployment.name if planned is None else planned.deployment
        at = record.saved_at
        return Run(record.run, record.cluster, INTERRUPTION, at, accepted_at=at, deployment=name)

    def _plan(self, record: IncidentRecord, claims: Sequence[Claim]) -> Sequence[str]:
        """Journal the points and return their ids in the order in which to take them.

        They form one group if all can be taken now, else the neediest come first. Journaled points stay as
        they are. This happens before anybody owns the run: an invocation that crashes here, or comes second,
        evicts pods later, and after that their claims can no longer be seen.
        """
        at_once = self.pacer.wait(len(claims), self.clock()) <= timedelta()
        if not at_once:
            claims = in_order_of_need(claims, self._last_good(record.cluster, claims))
        run = self._run(record)
        points = [_point(run, claim) for claim in claims]
        if at_once and len(points) > 1:
            lead = min(point.id for point in points)
            points = [replace(point, group=record.instance, lead=lead) for point in points]
        self.points.add_points(with_sharers(points))
        return [point.id for point in points]

    def _take_now(self, run: Run, order: Sequence[str], owner: str) -> None:
        """Take the planned points; those of a crashed invocation continue as a job after its lease."""
        place = {name: number for number, name in enumerate(order)}
        unborn = sorted(self._unborn(run), key=lambda point: place.get(point.id, len(place)))
        for job in jobs_of(unborn):
            report = self.taker.run(job, owner)
            left = {point.id for point in self._unborn(run)} - report.later.keys()
            lost = tuple(name for name in job.points if name in left)
            if lost:
                self.taker.queue.send([replace(job, points=lost)], self.taker.lease)

    def _unborn(self, run: Run) -> list[Point]:
        return [point for point in self.points.points_of(run.id) if point.needs_snapshot]

    def _start(self, run: Run) -> None:
        """Mark the run as running: it is then followed like any other, and never planned again."""
        total = sum(1 for _ in self.points.points_of(run.id))
        self.runs.start_run(replace(run, state=RunState.RUNNING, total=total))
        self.taker.close_run.if_settled(run.id)

    def _last_good(self, cluster: str, claims: Sequence[Claim]) -> dict[str, datetime]:
        """When the newest complete snapshot of each claim was started, by claim UID."""
        volumes = [claim.volume.handle for claim in claims if claim.volume]
        wanted = {tags.MANAGED: "true", tags.CLUSTER: cluster}
        newest: dict[str, datetime] = {}
        for snapshot in self.snapshots.find(wanted, volumes, SnapshotState.COMPLETED):
            uid = snapshot.tags.get(tags.CLAIM_UID, "")
            newest[uid] = max(newest.get(uid, snapshot.started_at), snapshot.started_at)
        return newest


def _point(run: Run, claim: Claim) -> Point:
    assert claim.volume is not None
    name = point_id(claim.name, claim.cluster, claim.uid, run.policy, run.slot, run.deployment)
    return Point(
        id=name,
        run=run.id,
        policy=run.policy,
        slot=run.slot,
        claim=facts_of(claim),
        volume_id=claim.volume.handle,
        method=Method.EBS,
        accepted_at=run.accepted_at,
        lead=name,
        deployment=run.deployment,
    )


def _why(point: Point) -> str:
    """Why a point has no snapshot (yet)."""
    why = "EC2's pending limit or Snapkeep's pace is used up, or EC2 did not answer; it is retried"
    return "; ".join(filter(None, (point.reason or why, in_words(point.volume_id, point.sharers))))


def _name(point: Point) -> str:
    return f"{point.claim.namespace}/{point.claim.name}"
