"""Plans a run: lists the claims once, selects, writes the run, sends bounded jobs."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from snapkeep.domain.backup.jobs import jobs_of
from snapkeep.domain.backup.on_demand import (
    OnDemandRequest,
    select_wanted,
    unmet,
    wants_known,
    why_no_spec,
)
from snapkeep.domain.backup.protectability import Code
from snapkeep.domain.backup.runs import Run, RunState, Skipped, run_id, spec_of_run
from snapkeep.domain.backup.selection import Selected, select_for
from snapkeep.domain.errors import ClusterUnreachable, PermanentError
from snapkeep.domain.points import Point, PointState
from snapkeep.domain.policies import ON_DEMAND, BackupSpec, Deployment, Method, Policy
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Snapshots, Volumes
from snapkeep.ports.kubernetes import Claims, Clusters
from snapkeep.ports.messaging import Queue
from snapkeep.ports.points import Outcome, Points
from snapkeep.ports.runs import Runs
from snapkeep.services.backup.close_run import CloseRun
from snapkeep.services.backup.known_claims import KnownClaim, known_claims
from snapkeep.services.backup.look import RunPlan, arranged, plan_points, point_of_run, why_blocked
from snapkeep.services.backup.tell_ended import TellUnmeant

LEASE = timedelta(minutes=5)
"""Longer than the function may run, so that a live planner never loses its lease."""


log = logging.getLogger(__name__)


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
        """The run of this slot, planned by this call or an earlier one; None while another call is planning
        it.

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
        if run is None or run.request is None:
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
        if not policy.method.is_of_volumes:
            raise PermanentError(
                f"policy {name!r} saves file systems, of which plan_backup takes no snapshots: deploy again "
                "so that its schedule starts back_up_file_systems"
            )

    def _plan(self, run: Run) -> Run:
        spec = spec_of_run(run, self.deployment)
        if spec is not None:
            planned = self._look(run, spec)
        else:
            planned = RunPlan(
                (), degraded=why_no_spec(run.request or OnDemandRequest(), run.cluster, self.deployment)
            )
        self.runs.add_skipped(run.id, planned.skipped)
        self.points.add_points(planned.points)
        points = list(self.points.points_of(run.id))
        self._give_up(points, planned)
        self.queue.send(jobs_of([point for point in points if not why_blocked(point, planned)]))
        started = replace(
            run,
            state=RunState.RUNNING,
            total=len(points),
            degraded=planned.degraded,
            skipped=_counts(planned.skipped),
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
            ends_untold = run.request is None and not self.unmeant.tell(run, selected)
            degraded = unmet(run.request, run.cluster, selected) if run.request else ""
            planned = plan_points(run, spec, selected, cluster)
            return replace(planned, degraded=_both(degraded, planned.degraded), ends_untold=ends_untold)
        except (ClusterUnreachable, PermanentError) as error:
            degraded = (
                f"the claims of cluster {run.cluster} could not be read ({error.reason}); "
                "volumes known from earlier points were taken by ebs, new claims were not seen"
            )
            known = list(self._known(run, spec))
            kept = _known_points(run, (item for item in known if not item.successor))
            skipped = [_replaced(item) for item in known if item.successor]
            return RunPlan(arranged(kept), skipped, degraded, ends_untold=run.request is None)

    def _select(self, run: Run, spec: BackupSpec, cluster: Claims) -> Selected:
        if run.request is None and isinstance(spec, Policy):
            return select_for(spec, self.deployment, cluster.claims(), cluster.scratch_volumes())
        request = run.request or OnDemandRequest()
        scratch = cluster.scratch_volumes() if request.policy else ()
        return select_wanted(request, spec, self.deployment, cluster.claims(), scratch)

    def _known(self, run: Run, spec: BackupSpec) -> Iterator[KnownClaim]:
        """The claims of a policy or a request, as known from earlier points."""
        request = run.request
        if request is None or request.policy:
            yield from known_claims(self.snapshots, self.volumes, self.points, run.cluster, spec.name)
            return
        for item in known_claims(self.snapshots, self.volumes, self.points, run.cluster, ""):
            if wants_known(request, spec, item.claim):
                yield replace(item, group="")

    def _give_up(self, points: Iterable[Point], planned: RunPlan) -> None:
        for point in points:
            if reason := why_blocked(point, planned):
                self.points.finish(point, Outcome(PointState.FAILED, self.clock(), reason))


def _known_points(run: Run, known: Iterable[KnownClaim]) -> Iterator[Point]:
    for item in known:
        reason = "by ebs from its tags: the cluster could not be read"
        yield point_of_run(run, item.claim, item.volume_id, Method.EBS, item.group, reason)


def _replaced(item: KnownClaim) -> Skipped:
    """A skipped claim whose volume belonged to another claim in the last run, which now owns the data."""
    subject = f"{item.claim.namespace}/{item.claim.name}"
    is_theirs = item.successor.startswith(f"{item.claim.namespace}/")
    whose = item.successor if is_theirs else "a claim of another namespace"
    reason = f"its volume {item.volume_id} has since been backed up for {whose}"
    return Skipped(
        subject, Code.REPLACED.value, f"{reason}; the cluster does not answer, so its owner is unknown"
    )


def _both(*texts: str) -> str:
    return "; ".join(filter(None, texts))


def _counts(skipped: Iterable[Skipped]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for item in skipped:
        counts[item.code] = counts.get(item.code, 0) + 1
    return counts
