"""What a run can take of what it selected: its points, and why not everything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from snapkeep.domain.backup.runs import Run, Skipped
from snapkeep.domain.backup.selection import Selected, Taken
from snapkeep.domain.backup.sharing import with_sharers
from snapkeep.domain.drivers import AUTO_MODE
from snapkeep.domain.naming import point_id
from snapkeep.domain.points import ClaimFacts, Point, facts_of
from snapkeep.domain.policies import BackupSpec, Method
from snapkeep.ports.kubernetes import SnapshotObjects, SnapshotSupport


@dataclass(frozen=True, slots=True)
class RunPlan:
    """The result of reading the cluster: points to take, skipped claims, and why not everything was possible.

    `ends_untold` says that claims whose backups end here were not reported. `blocked` says by driver name why
    no csi points of its volumes can be taken.
    """

    points: Sequence[Point]
    skipped: Sequence[Skipped] = ()
    degraded: str = ""
    blocked: Mapping[str, str] = field(default_factory=dict)
    ends_untold: bool = False


def plan_points(run: Run, spec: BackupSpec, selected: Selected, cluster: SnapshotObjects) -> RunPlan:
    """The points for what was selected, after checking whether the cluster can take VolumeSnapshots, if any
    are needed. Writes nothing.

    Raises TemporaryError when the cluster does not answer.
    """
    skipped = [Skipped(str(item.subject), item.code.value, item.reason) for item in selected.skipped]
    planned = RunPlan(arranged(_points(run, selected.taken)), skipped)
    drivers = {point.claim.driver for point in planned.points if point.method is Method.CSI}
    for driver in sorted(drivers):
        support = cluster.snapshot_support(driver)
        if not support.available:
            planned = _without_support(planned, spec, driver, support)
    return planned


def why_blocked(point: Point, planned: RunPlan) -> str:
    """Why a point of the plan cannot be taken; "" if it can."""
    return planned.blocked.get(point.claim.driver, "") if point.method is Method.CSI else ""


def _without_support(planned: RunPlan, spec: BackupSpec, driver: str, support: SnapshotSupport) -> RunPlan:
    """The plan for a driver whose volumes cannot have VolumeSnapshots.

    EKS Auto Mode has no snapshot controller, so there its absence is not a mistake, and ebs takes over.
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
        point = point_of_run(run, facts, claim.volume.handle, item.method, item.group, item.method_reason)
        yield replace(point, sharers=item.sharers)


def point_of_run(
    run: Run, claim: ClaimFacts, volume_id: str, method: Method, group: str, method_reason: str
) -> Point:
    """A point of the run, alone in its group."""
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


def arranged(points: Iterable[Point]) -> list[Point]:
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
