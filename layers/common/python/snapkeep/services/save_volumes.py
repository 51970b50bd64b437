"""Snapshots of a dying node's volumes: recovery points like any other, cut in one moment where EC2 can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from snapkeep.domain import tags
from snapkeep.domain.claims import Claim
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep.domain.interruption.saves import in_order_of_need
from snapkeep.domain.jobs import JOB_SIZE, Job
from snapkeep.domain.naming import point_id
from snapkeep.domain.points import ClaimFacts, Point, SnapshotState
from snapkeep.domain.policies import INTERRUPTION, Method
from snapkeep.domain.runs import Run, RunState, run_id
from snapkeep.ports import Clock, Journal, Pacer, Snapshots
from snapkeep.services.take_snapshots import TakeSnapshots

LEASE = timedelta(seconds=30)


@dataclass(frozen=True)
class Saved:
    """Point id by claim, and why by claim for those that wait. `is_new`: this call planned them."""

    claims: Mapping[str, str] = field(default_factory=dict)
    missed: Mapping[str, str] = field(default_factory=dict)
    is_new: bool = False


@dataclass(frozen=True)
class SaveVolumes:
    """Plans and takes the run of an incident; what the pace does not allow now goes on as jobs."""

    snapshots: Snapshots
    journal: Journal
    pacer: Pacer
    taker: TakeSnapshots
    clock: Clock

    def run_of(self, record: IncidentRecord, slot: datetime) -> str:
        """The id of the run: two nodes may die in the same second."""
        return f"{run_id(record.cluster, INTERRUPTION, slot)}.{record.instance}"

    def take(self, record: IncidentRecord, claims: Sequence[Claim], owner: str) -> Saved:
        """Take what the incident's run is to take, whoever planned it.

        Raises TemporaryError while another invocation plans it, or when something does not answer.
        """
        if not claims or record.saved_at is None:
            return Saved()
        run = self._open(record, owner)
        is_new = run.state is RunState.PLANNING
        if is_new:
            self._take_now(run, self._plan(run, record, claims), owner)
        after = {point.id: point for point in self.journal.points_of(run.id)}
        taken = {_name(point): point.id for point in after.values() if point.snapshot_id}
        waiting = {
            _name(point): point.reason or "EC2's pending limit or our pace is used up; it is tried again"
            for point in after.values()
            if not point.snapshot_id
        }
        return Saved(taken, waiting, is_new)

    def _open(self, record: IncidentRecord, owner: str) -> Run:
        assert record.saved_at is not None
        now = self.clock()
        run = Run(record.run, record.cluster, INTERRUPTION, record.saved_at, accepted_at=now)
        held = self.journal.open_run(run, owner, now + LEASE, now)
        if held is None:
            raise TemporaryError(f"the snapshots of {record.instance} are being planned", LEASE)
        return held

    def _plan(self, run: Run, record: IncidentRecord, claims: Sequence[Claim]) -> Sequence[Point]:
        """Journal the points: one group when all can be cut now, else who needs it most first."""
        at_once = self.pacer.wait(len(claims), self.clock()) <= timedelta()
        if not at_once:
            claims = in_order_of_need(claims, self._last_good(record.cluster, claims))
        points = [_point(run, claim) for claim in claims]
        if at_once and len(points) > 1:
            lead = min(point.id for point in points)
            points = [replace(point, group=record.instance, lead=lead) for point in points]
        self.journal.add_points(points)
        self.journal.start_run(replace(run, state=RunState.RUNNING, total=len(points)))
        return points

    def _take_now(self, run: Run, points: Sequence[Point], owner: str) -> None:
        group = points[0].group if points else ""
        size = len(points) if group else JOB_SIZE
        for start in range(0, len(points), max(1, size)):
            some = tuple(point.id for point in points[start : start + size])
            self.taker.run(Job(run.id, run.cluster, some, group), owner)

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
    name = point_id(claim.name, claim.cluster, claim.uid, run.policy, run.slot)
    facts = ClaimFacts(
        cluster=claim.cluster,
        namespace=claim.namespace,
        name=claim.name,
        uid=claim.uid,
        requested=claim.requested,
        storage_class=claim.storage_class,
        access_modes=claim.access_modes,
        volume_mode=claim.volume_mode,
        fs_type=claim.volume.fs_type,
    )
    return Point(
        id=name,
        run=run.id,
        policy=run.policy,
        slot=run.slot,
        claim=facts,
        volume_id=claim.volume.handle,
        method=Method.EBS,
        accepted_at=run.accepted_at,
        lead=name,
    )


def _name(point: Point) -> str:
    return f"{point.claim.namespace}/{point.claim.name}"
