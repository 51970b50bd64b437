"""Plans a run: lists the claims once, selects, writes the run, sends bounded jobs."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from snapkeep.domain.backup.jobs import jobs_of
from snapkeep.domain.backup.on_demand import (
    OnDemandRequest,
    select_wanted,
    unknown_policy,
    unmet,
    wants_known,
)
from snapkeep.domain.backup.protectability import Code
from snapkeep.domain.backup.runs import Run, RunState, run_id, spec_of_run
from snapkeep.domain.backup.selection import Selected, Taken, select_for
from snapkeep.domain.backup.sharing import with_sharers
from snapkeep.domain.drivers import AUTO_MODE
from snapkeep.domain.errors import ClusterUnreachable, PermanentError
from snapkeep.domain.naming import point_id
from snapkeep.domain.points import ClaimFacts, Point, PointState, facts_of
from snapkeep.domain.policies import ON_DEMAND, BackupSpec, Deployment, Method, Policy
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Snapshots, Volumes
from snapkeep.ports.kubernetes import Claims, Clusters, SnapshotObjects, SnapshotSupport
from snapkeep.ports.messaging import Queue
from snapkeep.ports.points import Outcome, Points
from snapkeep.ports.runs import Left, Runs
from snapkeep.services.backup.close_run import CloseRun
from snapkeep.services.backup.known_claims import KnownClaim, known_claims
from snapkeep.services.backup.tell_ended import TellUnmeant

LEASE = timedelta(minutes=5)
"""Longer than the function may run, so that a live planner never loses its lease."""


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunPlan:
    """The result of reading the cluster: points to take, skipped claims, and why less was possible.

    `ends_untold` says that claims whose backups end here were not reported. `blocked` says by driver name why
    no csi points of its volumes can be taken.
    """

    points: Sequence[Point]
    left: Sequence[Left] = ()
    degraded: str = ""
    blocked: Mapping[str, str] = field(default_factory=dict)
    ends_untold: bool = False


@dataclass(frozen=True, slots=True)
class PlanBackup:
    """Turns a slot of a policy into a run with jobs."""

    deployment: Deployment
    clusters: Clusters
    snapshots: Snapshots
    volumes: Volumes
    runs: Runs
    points: Points
    queue: Queue
    unmeant: TellUnmeant
    close_run: CloseRun
    clock: Clock

    def run(self, cluster: str, policy_name: str, slot: datetime, owner: str) -> Run | None:
        """The run of this slot, planned by this call or an earlier one; None while another call plans it.

        Every step is idempotent: a repeated event, or a retry after a crash, continues the same run. Raises
        PermanentError when the deployment knows no such cluster or policy.
        """
        now = self.clock()
        built_in = policy_name == ON_DEMAND and self.deployment.policy(policy_name) is None
        run = self._asked_for(cluster, slot) if built_in else None
        if run is None:
            self._check_policy(cluster, policy_name)
            name = run_id(cluster, policy_name, slot)
            run = Run(name, cluster, policy_name, slot, accepted_at=now, deployment=self.deployment.name)
        held = self.runs.open_run(run, owner, now + LEASE, now)
        if held is None or held.state is not RunState.PLANNING:
            return held
        return self._plan(held)

    def _asked_for(self, cluster: str, slot: datetime) -> Run:
        """The run of an on-demand request, which the API journals before it starts this function."""
        wanted = run_id(cluster, ON_DEMAND, slot)
        run = self.runs.run(wanted)
        if run is None or run.wish is None:
            raise PermanentError(
                f"nobody requested the run {wanted}: request backups on demand with "
                f"POST /v1/clusters/{cluster}/backups or `snapkeep backup`"
            )
        return run

    def _check_policy(self, cluster: str, name: str) -> None:
        policy = self.deployment.policy(name)
        if policy is None or cluster not in policy.clusters:
            known = ", ".join(item.name for item in self.deployment.policies) or "none"
            raise PermanentError(
                f"the deployment has no policy {name!r} for cluster {cluster!r} (policies: {known}); "
                "deploy again so that schedules and config agree"
            )

    def _plan(self, run: Run) -> Run:
        spec = spec_of_run(run, self.deployment)
        if spec is not None:
            planned = self._look(run, spec)
        else:
            planned = RunPlan(
                (), degraded=unknown_policy(run.wish or OnDemandRequest(), run.cluster, self.deployment)
            )
        self.runs.add_left(run.id, planned.left)
        self.points.add_points(planned.points)
        points = list(self.points.points_of(run.id))
        self._give_up(points, planned)
        self.queue.send(jobs_of([point for point in points if not _why_blocked(point, planned)]))
        started = replace(
            run,
            state=RunState.RUNNING,
            total=len(points),
            degraded=planned.degraded,
            left=_counts(planned.left),
            ends_untold=planned.ends_untold,
        )
        self.runs.start_run(started)
        self.close_run.if_settled(run.id)
        return self.runs.run(run.id) or started

    def _look(self, run: Run, spec: BackupSpec) -> RunPlan:
        """What to take: read from the cluster, or from earlier points' tags when the cluster does not answer
        or refuses."""
        try:
            cluster = self.clusters.open(run.cluster)
            selected = self._select(run, spec, cluster)
            ends_untold = run.wish is None and not self.unmeant.tell(run, selected)
            points = _arranged(_points(run, selected.taken))
            left = [Left(str(item.subject), item.code.value, item.reason) for item in selected.left]
            degraded = unmet(run.wish, run.cluster, selected) if run.wish else ""
            planned = RunPlan(points, left, degraded, ends_untold=ends_untold)
            return self._checked(cluster, spec, planned)
        except (ClusterUnreachable, PermanentError) as error:
            degraded = (
                f"the claims of cluster {run.cluster} could not be read ({error.reason}); "
                "volumes known from earlier points were taken by ebs, new claims were not seen"
            )
            known = list(self._known(run, spec))
            kept = _known_points(run, (item for item in known if not item.successor))
            left = [_replaced(item) for item in known if item.successor]
            return RunPlan(_arranged(kept), left, degraded, ends_untold=run.wish is None)

    def _select(self, run: Run, spec: BackupSpec, cluster: Claims) -> Selected:
        if run.wish is None and isinstance(spec, Policy):
            return select_for(spec, self.deployment, cluster.claims(), cluster.scratch_volumes())
        wish = run.wish or OnDemandRequest()
        scratch = cluster.scratch_volumes() if wish.policy else ()
        return select_wanted(wish, spec, self.deployment, cluster.claims(), scratch)

    def _known(self, run: Run, spec: BackupSpec) -> Iterator[KnownClaim]:
        """The claims of a policy, or of a request, as known from earlier points."""
        wish = run.wish
        if wish is None or wish.policy:
            yield from known_claims(self.snapshots, self.volumes, self.points, run.cluster, spec.name)
            return
        for item in known_claims(self.snapshots, self.volumes, self.points, run.cluster, ""):
            if wants_known(wish, spec, item.claim):
                yield replace(item, group="")

    def _checked(self, cluster: SnapshotObjects, spec: BackupSpec, planned: RunPlan) -> RunPlan:
        """The plan after checking whether the cluster can take VolumeSnapshots at all, if any are needed."""
        drivers = {point.claim.driver for point in planned.points if point.method is Method.CSI}
        for driver in sorted(drivers):
            support = cluster.snapshot_support(driver)
            if not support.available:
                planned = _without_support(planned, spec, driver, support)
        return planned

    def _give_up(self, points: Iterable[Point], planned: RunPlan) -> None:
        for point in points:
            if reason := _why_blocked(point, planned):
                self.points.finish(point, Outcome(PointState.FAILED, self.clock(), reason))


def _why_blocked(point: Point, planned: RunPlan) -> str:
    return planned.blocked.get(point.claim.driver, "") if point.method is Method.CSI else ""


def _without_support(planned: RunPlan, spec: BackupSpec, driver: str, support: SnapshotSupport) -> RunPlan:
    """The plan for a driver whose volumes cannot have VolumeSnapshots.

    EKS Auto Mode has no snapshot controller, so its absence is no mistake there, and ebs takes over.
    https://docs.aws.amazon.com/eks/latest/userguide/csi-snapshot-controller.html
    """
    usual = driver == AUTO_MODE.name and not support.installed
    if not spec.csi_fallback and not usual:
        degraded = "; ".join(filter(None, (planned.degraded, support.reason)))
        return replace(planned, degraded=degraded, blocked={**planned.blocked, driver: support.reason})
    reason = f"by ebs instead of csi: {support.reason}"
    points = [_by_ebs(point, reason) if point.claim.driver == driver else point for point in planned.points]
    return replace(planned, points=points)


def _points(run: Run, taken: Iterable[Taken]) -> Iterator[Point]:
    for item in taken:
        claim = item.claim
        assert claim.volume is not None, f"{claim} was taken without a volume"
        facts = facts_of(claim)
        point = _point(run, facts, claim.volume.handle, item.method, item.group, item.method_reason)
        yield replace(point, sharers=item.sharers)


def _known_points(run: Run, known: Iterable[KnownClaim]) -> Iterator[Point]:
    for item in known:
        reason = "by ebs from its tags: the cluster could not be read"
        yield _point(run, item.claim, item.volume_id, Method.EBS, item.group, reason)


def _replaced(item: KnownClaim) -> Left:
    """A skipped claim whose volume another claim had in its last run: the data now belongs to that claim."""
    subject = f"{item.claim.namespace}/{item.claim.name}"
    is_theirs = item.successor.startswith(f"{item.claim.namespace}/")
    whose = item.successor if is_theirs else "a claim of another namespace"
    reason = f"its volume {item.volume_id} was backed up for {whose} since"
    return Left(subject, Code.REPLACED.value, f"{reason}, and the cluster cannot be asked whose it is")


def _point(
    run: Run, claim: ClaimFacts, volume_id: str, method: Method, group: str, method_reason: str
) -> Point:
    name = point_id(claim.name, claim.cluster, claim.uid, run.policy, run.slot, run.deployment)
    return Point(
        id=name,
        run=run.id,
        policy=run.policy,
        slot=run.slot,
        claim=claim,
        volume_id=volume_id,
        method=method,
        accepted_at=run.accepted_at,
        lead=name,
        group=group,
        method_reason=method_reason,
        deployment=run.deployment,
    )


def _arranged(points: Iterable[Point]) -> list[Point]:
    """The points with their sharers, and one lead per group: its smallest id, so that every planner chooses
    the same."""
    points = with_sharers(list(points))
    leads: dict[str, str] = {}
    for point in points:
        if point.group:
            leads[point.group] = min(point.id, leads.get(point.group, point.id))
    return [replace(point, lead=leads[point.group]) if point.group else point for point in points]


def _by_ebs(point: Point, reason: str) -> Point:
    if point.method is Method.EBS:
        return point
    return replace(point, method=Method.EBS, method_reason=reason)


def _counts(left: Iterable[Left]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for item in left:
        counts[item.code] = counts.get(item.code, 0) + 1
    return counts
