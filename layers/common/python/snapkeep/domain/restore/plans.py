"""The plan of a restore: exactly what will be created, or everything that prevents it, listed at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from snapkeep.domain.drivers import DRIVERS
from snapkeep.domain.restore.findings import Finding, Severity, error
from snapkeep.domain.restore.operations import RestoreOperation, Stage, Way
from snapkeep.domain.restore.points import PointFacts
from snapkeep.domain.restore.preflight.binding import binding_findings
from snapkeep.domain.restore.preflight.copied import copy_findings
from snapkeep.domain.restore.preflight.driver import (
    driver_findings,
    no_class_finding,
    serving_driver,
    tag_findings,
)
from snapkeep.domain.restore.preflight.file_systems import file_system_findings
from snapkeep.domain.restore.preflight.key import key_findings
from snapkeep.domain.restore.preflight.limits import limit_findings
from snapkeep.domain.restore.preflight.place import place_findings
from snapkeep.domain.restore.preflight.point import point_findings
from snapkeep.domain.restore.preflight.quotas import import_quota_findings, quota_findings
from snapkeep.domain.restore.preflight.size import sizing, type_findings
from snapkeep.domain.restore.preflight.target import sharing_findings, target_findings
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.domain.restore.targets import TargetFacts

ORDER = (Severity.ERROR, Severity.WARNING, Severity.INFO)


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """What would be created, and the findings, errors first; `size_bytes` is 0 when the size is unknown.

    `planned_at` (aware UTC) is None until a service has made the plan.
    """

    request: RestoreRequest
    point: PointFacts
    findings: tuple[Finding, ...]
    size_bytes: int
    storage_class: str
    way: Way
    driver: str
    planned_at: datetime | None = None

    @property
    def age(self) -> timedelta | None:
        """How old the recovery point was when the plan was made; None when either time is unknown."""
        return self.planned_at - self.point.slot if self.planned_at and self.point.slot else None

    @property
    def refused(self) -> bool:
        """True when there is an error, or a warning and the request is strict."""
        blocking = {Severity.ERROR, Severity.WARNING} if self.request.strict else {Severity.ERROR}
        return any(finding.severity in blocking for finding in self.findings)

    def operation(self, operation_id: str, caller: str, now: datetime) -> RestoreOperation:
        """The operation that carries out the plan. Raises ValueError if the plan is refused."""
        if self.refused:
            raise ValueError("a refused plan cannot be carried out: " + self.findings[0].text)
        return RestoreOperation(
            id=operation_id,
            cluster=self.request.cluster,
            namespace=self.request.namespace,
            target=self.request.target,
            point_id=self.point.id,
            snapshot_id=self.point.snapshot_id,
            way=self.way,
            volume_snapshot=self.point.volume_snapshot if self.way is Way.SAME_NAMESPACE else "",
            size_bytes=self.size_bytes,
            storage_class=self.storage_class,
            access_modes=self.point.access_modes,
            volume_mode=self.point.volume_mode,
            driver=self.driver,
            caller=caller,
            accepted_at=now,
            labels=self.request.labels,
            zone=self.request.zone,
            place=self.point.place,
            archived=self.point.archived or self.point.back_to_archive_at is not None,
            stage=Stage.BRINGING_BACK if self.point.archived else Stage.ACCEPTED,
        )


def plan(request: RestoreRequest, point: PointFacts, target: TargetFacts) -> RestorePlan:
    """The plan for a request, with all findings at once."""
    size = sizing(request, point, target.free_name)
    driver = serving_driver(request, point, target).name
    way = _way(request, point, driver)
    name = request.storage_class or point.storage_class
    storage = target.classes.get(name)
    found = [
        *size.findings,
        *point_findings(point, target),
        *key_findings(point),
        *tag_findings(request, point, target),
        *copy_findings(request, point, target),
        *target_findings(request, point, target, driver),
    ]
    if storage is None:
        found.append(no_class_finding(request, name, point, target))
    else:
        found += driver_findings(request, point, storage, target)
        if storage.provisioner in DRIVERS:
            found += place_findings(request, storage, target)
        found += sharing_findings(point, storage)
        found += type_findings(size.size_bytes, storage.volume_type, storage.name)
        found += file_system_findings(point, storage, target)
        found += binding_findings(request, point, storage, target, size.size_bytes)
    if size.size_bytes and target.namespace_phase:
        found += quota_findings(request, name, size.size_bytes, target.quotas)
        found += limit_findings(request, size.size_bytes, target.limits)
    if way is Way.IMPORT:
        found += import_quota_findings(request, target.quotas)
    return RestorePlan(
        request=request,
        point=point,
        findings=tuple(sorted(found, key=lambda item: ORDER.index(item.severity))),
        size_bytes=size.size_bytes,
        storage_class=name,
        way=way,
        driver=driver,
    )


def plan_unasked(request: RestoreRequest, point: PointFacts, region: str, why: str) -> RestorePlan:
    """The plan for a cluster that does not answer: a refusal, with what is known about the point."""
    nothing = TargetFacts(region, namespace_phase="")
    size, driver = sizing(request, point), serving_driver(request, point, nothing).name
    unasked = error(
        "cluster_unreachable",
        f"{why}. Recovery point {point.id} was found; namespace, quotas and classes were not checked",
        "try again, or restore into another cluster with --cluster OTHER "
        f"{f'--from-place {point.place} ' if point.place else ''}"
        f"--from-cluster {point.cluster} --from-namespace {point.namespace}",
    )
    found = (unasked, *size.findings, *point_findings(point, nothing), *key_findings(point))
    return RestorePlan(
        request=request,
        point=point,
        findings=tuple(sorted(found, key=lambda item: ORDER.index(item.severity))),
        size_bytes=size.size_bytes,
        storage_class=request.storage_class or point.storage_class,
        way=_way(request, point, driver),
        driver=driver,
    )


def _way(request: RestoreRequest, point: PointFacts, driver: str) -> Way:
    """A VolumeSnapshot serves only its own namespace and driver; everything else, and every copy in a place,
    is imported as an EBS snapshot."""
    if point.place:
        return Way.IMPORT
    here = (request.cluster, request.namespace, driver) == (
        point.cluster,
        point.namespace,
        point.snapshot_driver,
    )
    return Way.SAME_NAMESPACE if here and point.volume_snapshot else Way.IMPORT
