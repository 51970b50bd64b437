"""Bodies of requests for backups, and of their responses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from snapkeep.domain.backup.on_demand import OnDemandRequest
from snapkeep.domain.backup.runs import Run, RunState
from snapkeep.domain.backup.sharing import in_words
from snapkeep.domain.claims import ClaimName
from snapkeep.domain.points import Point, PointState
from snapkeep.domain.policies import Method, Operator, Requirement, Selection
from snapkeep.domain.sizes import parse_quantity
from snapkeep.domain.times import to_second
from snapkeep.inbound.api.body import Body
from snapkeep.inbound.api.names import DNS_LABEL

if TYPE_CHECKING:
    from snapkeep.domain.backup.backups import BackupPlan, BackupStatus
    from snapkeep.domain.backup.selection import Taken

Name = Annotated[str, StringConstraints(min_length=1, max_length=253)]
NamespaceName = Annotated[str, StringConstraints(pattern=DNS_LABEL)]
Pattern = Annotated[str, StringConstraints(min_length=1, max_length=63)]
Quantity = Annotated[str, StringConstraints(min_length=1, max_length=40)]
MOST = 500


class ClaimBody(Body):
    """A claim by its name."""

    model_config = ConfigDict(extra="forbid")

    namespace: NamespaceName
    name: Name


class SelectionBody(Body):
    """What to take, in the terms of a policy's `selection`."""

    model_config = ConfigDict(extra="forbid")

    namespaces: list[Pattern] = Field(default_factory=list, max_length=100)
    exclude_namespaces: list[Pattern] = Field(default_factory=list, max_length=100)
    match_labels: dict[str, str] = Field(default_factory=dict, max_length=50)
    storage_classes: list[Name] = Field(default_factory=list, max_length=100)
    min_size: Quantity | None = None
    max_size: Quantity | None = None

    @model_validator(mode="after")
    def _readable(self) -> SelectionBody:
        if not self.model_fields_set:
            raise ValueError('is empty; to take every claim, write namespaces: ["*"]')
        for size in (self.min_size, self.max_size):
            if size is not None:
                parse_quantity(size)
        return self

    def selection(self) -> Selection:
        """The selection as a domain value."""
        return Selection(
            namespaces=tuple(self.namespaces),
            exclude_namespaces=tuple(self.exclude_namespaces),
            labels=tuple(Requirement(key, Operator.IN, (value,)) for key, value in self.match_labels.items()),
            storage_classes=tuple(self.storage_classes),
            min_bytes=parse_quantity(self.min_size) if self.min_size else None,
            max_bytes=parse_quantity(self.max_size) if self.max_size else None,
        )


SnapshotMethod = Literal[Method.CSI, Method.EBS]
"""What cuts snapshots on demand; EFS file systems are backed up by their policies only."""


class BackupBody(Body):
    """What to back up now: claims, or a selection, or what a policy takes."""

    model_config = ConfigDict(extra="forbid")

    claims: list[ClaimBody] | None = Field(None, min_length=1, max_length=MOST)
    selection: SelectionBody | None = None
    policy: Name | None = None
    method: SnapshotMethod | None = Field(
        None, description="Default: csi where the cluster supports it, else ebs"
    )
    dry_run: bool = Field(False, description="Only return what would be taken")

    @model_validator(mode="after")
    def _one_of(self) -> BackupBody:
        if sum(item is not None for item in (self.claims, self.selection, self.policy)) != 1:
            raise ValueError("name exactly one of `claims`, `selection` and `policy`")
        return self

    def request(self, caller: str) -> OnDemandRequest:
        """The request as a domain value."""
        return OnDemandRequest(
            claims=tuple(ClaimName(item.namespace, item.name) for item in self.claims or ()),
            selection=self.selection.selection() if self.selection else None,
            policy=self.policy or "",
            method=self.method,
            caller=caller,
        )


class NamespaceBackupBody(Body):
    """Which claims of the namespace to back up now; without `claims`, all."""

    model_config = ConfigDict(extra="forbid")

    claims: list[Name] | None = Field(None, min_length=1, max_length=MOST)
    method: SnapshotMethod | None = Field(
        None, description="Default: csi where the cluster supports it, else ebs"
    )
    dry_run: bool = Field(False, description="Only return what would be taken")

    def request(self, namespace: str, caller: str) -> OnDemandRequest:
        """The request as a domain value, for this namespace only."""
        return OnDemandRequest(
            claims=tuple(ClaimName(namespace, name) for name in self.claims or ()),
            selection=None if self.claims else Selection(namespaces=(namespace,)),
            method=self.method,
            namespace=namespace,
            caller=caller,
        )


class TakenModel(Body):
    """A claim that is taken, and why."""

    namespace: str
    claim: str
    method: Method
    reason: str


class LeftModel(Body):
    """A claim that is not taken, and why."""

    subject: str
    code: str
    reason: str


class BackupPlanModel(Body):
    """The response to a dry run."""

    taken: list[TakenModel]
    left: list[LeftModel]
    unmet: str


class StartedBackupModel(Body):
    """The response to an accepted backup; `degraded` says what it cannot do as requested."""

    id: str
    cluster: str
    policy: str
    slot: str
    state: RunState
    degraded: str = ""


class BackupPointModel(Body):
    """A recovery point of a backup; `gone` means that EC2 no longer has its snapshot, and `reason` why."""

    id: str
    namespace: str
    claim: str
    state: PointState | Literal["gone"]
    method: Method
    snapshot_id: str
    reason: str


class BackupObjectsModel(Body):
    """How many Kubernetes objects were saved with a backup from a namespace, how many were left out, and how
    many Secrets that they name were not saved."""

    namespace: str
    objects: int
    left_out: int
    secrets: int


class BackupModel(StartedBackupModel):
    """The current state of a backup."""

    total: int
    ready: int
    failed: int
    points: list[BackupPointModel]
    left: list[LeftModel]
    objects: list[BackupObjectsModel]
    next_cursor: str | None = None


def plan_model(plan: BackupPlan) -> BackupPlanModel:
    """A plan as a response body."""
    return BackupPlanModel(
        taken=[
            TakenModel(
                namespace=item.claim.namespace,
                claim=item.claim.name,
                method=item.method,
                reason=_and_shared(item.method_reason or item.reason, _volume(item), item.sharers),
            )
            for item in plan.taken
        ],
        left=[
            LeftModel(subject=str(item.subject), code=item.code.value, reason=item.reason)
            for item in plan.skipped
        ],
        unmet=plan.unmet,
    )


def started_model(run: Run, expected: str = "") -> StartedBackupModel:
    """An accepted backup as a response body; `expected` is what is already known to be missing."""
    return StartedBackupModel(
        id=run.id,
        cluster=run.cluster,
        policy=run.policy,
        slot=to_second(run.slot),
        state=run.state,
        degraded=run.degraded or expected,
    )


def backup_model(status: BackupStatus) -> BackupModel:
    """A backup as a response body."""
    run = status.run
    return BackupModel(
        **started_model(run).model_dump(),
        total=run.total,
        ready=run.ready,
        failed=run.failed,
        points=[_point(point, status.gone.get(point.id, "")) for point in status.points],
        left=[LeftModel(subject=item.subject, code=item.code, reason=item.reason) for item in status.skipped],
        objects=[
            BackupObjectsModel(
                namespace=each.subject.namespace,
                objects=each.objects,
                left_out=each.left_out,
                secrets=each.secrets,
            )
            for each in status.objects
        ],
        next_cursor=status.following or None,
    )


def _point(point: Point, gone: str) -> BackupPointModel:
    return BackupPointModel(
        id=point.id,
        namespace=point.claim.namespace,
        claim=point.claim.name,
        state="gone" if gone else point.state.public,
        method=point.method,
        snapshot_id=point.snapshot_id,
        reason=_and_shared(gone or point.reason or point.method_reason, point.volume_id, point.sharers),
    )


def _volume(taken: Taken) -> str:
    return taken.claim.volume.handle if taken.claim.volume else ""


def _and_shared(reason: str, volume_id: str, sharers: Sequence[str]) -> str:
    """The reason, and which other claims share the volume."""
    return "; ".join(filter(None, (reason, in_words(volume_id, sharers))))
