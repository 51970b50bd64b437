"""Bodies of requests for restores, and of their responses."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints, model_validator

from snapkeep.domain.restore.operations import RestoreOperation, Way
from snapkeep.domain.restore.progress import ClaimEvent, Progress, RestoreState
from snapkeep.domain.restore.requests import Expand, RestoreRequest
from snapkeep.domain.times import to_second
from snapkeep.inbound.api.body import Body
from snapkeep.inbound.api.names import DNS_LABEL, EKS_NAME
from snapkeep.inbound.api.words import FindingModel, finding, size_text

if TYPE_CHECKING:
    from snapkeep.domain.restore.plans import RestorePlan

Name = Annotated[str, StringConstraints(min_length=1, max_length=253)]
Short = Annotated[str, StringConstraints(max_length=100)]


class RestoreBody(Body):
    """What to restore, and as what. Names a recovery point, or a claim and a time."""

    model_config = ConfigDict(extra="forbid")

    recovery_point: Name | None = Field(None, description="The id of a recovery point")
    claim: Name | None = Field(None, description="A claim, whose newest ready recovery point is used")
    at: AwareDatetime | Literal["latest"] = Field(
        "latest", description="With `claim`: the newest recovery point at or before this time"
    )
    target: Name | None = Field(None, description="The claim to create; default: the name of `claim`")
    size: Short = Field("", description="A quantity such as 10Gi; default: what the recovery point needs")
    expand: Expand = Field(Expand.NEVER, description="`auto` raises a size that is too small")
    storage_class: Annotated[str, StringConstraints(max_length=253)] = ""
    zone: Short = ""
    labels: dict[str, str] = Field(default_factory=dict, max_length=50)
    strict: bool = Field(False, description="Treat warnings as errors")
    dry_run: bool = Field(False, description="Only return the plan")

    @model_validator(mode="after")
    def _one_source(self) -> RestoreBody:
        if (self.recovery_point is None) == (self.claim is None):
            raise ValueError("name either `recovery_point` or `claim`")
        if self.recovery_point and self.at != "latest":
            raise ValueError("`at` goes with `claim`: a recovery point already has a time")
        if self.recovery_point and not self.target:
            raise ValueError("name the `target`, the claim to create")
        return self

    def request(self, cluster: str, namespace: str) -> RestoreRequest:
        """The request as a domain value: into this namespace, from its own recovery points only."""
        return RestoreRequest(
            own_points_only=True,
            cluster=cluster,
            namespace=namespace,
            target=self.target or self.claim or "",
            point_id=self.recovery_point or "",
            claim=self.claim or "",
            at=self.at if isinstance(self.at, datetime) else None,
            size=self.size,
            expand=self.expand,
            storage_class=self.storage_class,
            zone=self.zone,
            labels=self.labels,
            dry_run=self.dry_run,
            strict=self.strict,
        )


class AnyRestoreBody(RestoreBody):
    """A restore from recovery points of any namespace or cluster."""

    namespace: Annotated[str, StringConstraints(pattern=DNS_LABEL)] = Field(
        description="The namespace to restore into"
    )
    source_namespace: Annotated[str, StringConstraints(pattern=DNS_LABEL)] | None = None
    source_cluster: Annotated[str, StringConstraints(pattern=EKS_NAME)] | None = None
    from_place: Annotated[str, StringConstraints(pattern=DNS_LABEL)] | None = Field(
        None,
        description="A place whose copies are meant, in this deployment's Region; needs `adopt: true` in its "
        "config",
    )

    def request_from_anywhere(self, cluster: str) -> RestoreRequest:
        """The request as a domain value, from any recovery point."""
        return replace(
            self.request(cluster, self.namespace),
            own_points_only=False,
            source_namespace=self.source_namespace or "",
            source_cluster=self.source_cluster or "",
            from_place=self.from_place or "",
        )


class PlanModel(Body):
    """What will be created, and what the pre-flight found.

    `taken_at` is the slot of the recovery point, `age_seconds` how old it is; null in the answer for a
    restore that was started earlier.
    """

    recovery_point: str
    snapshot_id: str
    taken_at: str | None = None
    age_seconds: int | None = None
    namespace: str
    target: str
    size: str
    size_bytes: int
    storage_class: str
    way: Way
    findings: list[FindingModel]


class RehearsedRestoreModel(Body):
    """The response to a dry run."""

    plan: PlanModel


class StartedRestoreModel(Body):
    """The response to an accepted restore."""

    id: str
    state: RestoreState
    recovery_point: str
    plan: PlanModel


class MomentModel(Body):
    """Something that happened to a restore."""

    at: str
    text: str


class ClaimEventModel(Body):
    """A Kubernetes Event about the restored claim."""

    at: str
    type: str
    reason: str
    message: str
    count: int


class RestoreSummaryModel(Body):
    """A restore as the journal knows it. `place` is that of the copy that is restored, empty for a point in
    its own Region."""

    id: str
    cluster: str
    namespace: str
    target: str
    recovery_point: str
    snapshot_id: str
    place: str
    stage: str
    size: str
    size_bytes: int
    storage_class: str
    accepted_at: str
    caller: str


class RestoreModel(RestoreSummaryModel):
    """The current state of a restore."""

    state: RestoreState
    text: str
    held_until: str | None
    timeline: list[MomentModel]
    events: list[ClaimEventModel]


class RestorePageModel(Body):
    """Restores, newest first."""

    restores: list[RestoreSummaryModel]
    next_cursor: str | None = None


def plan_model(plan: RestorePlan) -> PlanModel:
    """A plan as a response body."""
    return PlanModel(
        recovery_point=plan.point.id,
        snapshot_id=plan.point.snapshot_id,
        taken_at=to_second(plan.point.slot) if plan.point.slot else None,
        age_seconds=int(plan.age.total_seconds()) if plan.age is not None else None,
        namespace=plan.request.namespace,
        target=plan.request.target,
        size=size_text(plan.size_bytes),
        size_bytes=plan.size_bytes,
        storage_class=plan.storage_class,
        way=plan.way,
        findings=[finding(found) for found in plan.findings],
    )


def planned_model(restore: RestoreOperation) -> PlanModel:
    """The plan of a restore that was started earlier, without the findings of its pre-flight, which are not
    stored."""
    return PlanModel(
        recovery_point=restore.point_id,
        snapshot_id=restore.snapshot_id,
        namespace=restore.namespace,
        target=restore.target,
        size=size_text(restore.size_bytes),
        size_bytes=restore.size_bytes,
        storage_class=restore.storage_class,
        way=restore.way,
        findings=[],
    )


def summary_model(restore: RestoreOperation) -> RestoreSummaryModel:
    """A restore in a list."""
    return RestoreSummaryModel(
        id=restore.id,
        cluster=restore.cluster,
        namespace=restore.namespace,
        target=restore.target,
        recovery_point=restore.point_id,
        snapshot_id=restore.snapshot_id,
        place=restore.place,
        stage=restore.stage.value,
        size=size_text(restore.size_bytes),
        size_bytes=restore.size_bytes,
        storage_class=restore.storage_class,
        accepted_at=to_second(restore.accepted_at),
        caller=restore.caller,
    )


def restore_model(restore: RestoreOperation, seen: Progress) -> RestoreModel:
    """A restore and its progress."""
    return RestoreModel(
        **summary_model(restore).model_dump(),
        state=seen.state,
        text=seen.text,
        held_until=to_second(restore.held_until) if restore.held_until and restore.is_open else None,
        timeline=[MomentModel(at=to_second(moment.at), text=moment.text) for moment in restore.timeline],
        events=[_event(event) for event in seen.events],
    )


def _event(event: ClaimEvent) -> ClaimEventModel:
    return ClaimEventModel(
        at=to_second(event.at),
        type=event.type,
        reason=event.reason,
        message=event.message,
        count=event.count,
    )
