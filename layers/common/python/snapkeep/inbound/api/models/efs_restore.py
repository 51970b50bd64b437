"""Bodies of requests for restores of claims on EFS, and of their responses."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

from snapkeep.domain.efs.restore.operations import EfsRestore, EfsStage
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.domain.times import to_second
from snapkeep.inbound.api.body import Body
from snapkeep.inbound.api.models.restore import Name
from snapkeep.inbound.api.names import DNS_LABEL, EKS_NAME
from snapkeep.inbound.api.words import FindingModel, finding

if TYPE_CHECKING:
    from snapkeep.domain.efs.backups import EfsClaim
    from snapkeep.domain.efs.restore.plans import EfsPlan


class EfsRestoreBody(Body):
    """Which claim on EFS to restore, and as what."""

    model_config = ConfigDict(extra="forbid")

    claim: Name = Field(description="The claim as its backup remembers it; it may be gone")
    recovery_point: Name | None = Field(
        None, description="The id of a backup of its file system; default: the newest ready one"
    )
    at: AwareDatetime | Literal["latest"] = Field(
        "latest", description="Use the newest backup at or before this time"
    )
    target: Name | None = Field(None, description="The claim to create; default: the name of `claim`")
    labels: dict[str, str] = Field(
        default_factory=dict, max_length=50, description="Those that the claim will have, to check them"
    )
    strict: bool = Field(False, description="Treat warnings as errors")
    dry_run: bool = Field(False, description="Only return the plan")

    def request(self, cluster: str, namespace: str) -> RestoreRequest:
        """The request as a domain value: into this namespace, of its own claim only."""
        return RestoreRequest(
            own_points_only=True,
            cluster=cluster,
            namespace=namespace,
            target=self.target or self.claim,
            point_id=self.recovery_point or "",
            claim=self.claim,
            at=self.at if isinstance(self.at, datetime) else None,
            labels=self.labels,
            dry_run=self.dry_run,
            strict=self.strict,
        )


class AnyEfsRestoreBody(EfsRestoreBody):
    """A restore of a claim of any namespace or cluster."""

    namespace: Annotated[str, StringConstraints(pattern=DNS_LABEL)] = Field(
        description="The namespace to restore into"
    )
    source_namespace: Annotated[str, StringConstraints(pattern=DNS_LABEL)] | None = None
    source_cluster: Annotated[str, StringConstraints(pattern=EKS_NAME)] | None = None

    def request_from_anywhere(self, cluster: str) -> RestoreRequest:
        """The request as a domain value, of any claim."""
        return replace(
            self.request(cluster, self.namespace),
            own_points_only=False,
            source_namespace=self.source_namespace or "",
            source_cluster=self.source_cluster or "",
        )


class SeenDirectoryBody(Body):
    """In which directory somebody has seen the claim's folder."""

    model_config = ConfigDict(extra="forbid")

    directory: Annotated[str, StringConstraints(min_length=1, max_length=100)] = Field(
        description="Its name in the root of the file system: `aws-backup-restore_…`"
    )


class EfsClaimModel(Body):
    """A claim as a backup remembers it. `path` is its folder from the root of the file system, `user` as whom
    its access point lets everybody read and write."""

    cluster: str
    namespace: str
    name: str
    path: str
    user: str
    requested: str
    storage_class: str
    access_modes: list[str]


class EfsPlanModel(Body):
    """What will be restored, and what the pre-flight found."""

    recovery_point: str
    recovery_point_arn: str
    file_system: str
    taken_at: str
    age_seconds: int
    namespace: str
    target: str
    claim: EfsClaimModel
    findings: list[FindingModel]


class RehearsedEfsRestoreModel(Body):
    """The response to a dry run."""

    plan: EfsPlanModel


class EfsRestoreModel(Body):
    """A restore of a claim on EFS.

    While it is `restored`, AWS has written the claim's folder into a directory of `file_system` that was made
    between `began_at` and `ended_at`; nobody but somebody who mounts it knows its name. Once it is `ready`,
    `volume_handle` mounts the folder.
    """

    id: str
    cluster: str
    namespace: str
    target: str
    state: EfsStage
    text: str
    recovery_point: str
    taken_at: str
    file_system: str
    claim: EfsClaimModel
    accepted_at: str
    caller: str
    job: str
    began_at: str | None
    ended_at: str | None
    directory: str
    access_point: str
    volume_handle: str


class StartedEfsRestoreModel(Body):
    """The response to an accepted restore, and to the request for one that is open: its `findings` are then
    empty."""

    restore: EfsRestoreModel
    findings: list[FindingModel]


TEXTS = {
    EfsStage.ACCEPTED: "waits for a restore job of AWS Backup",
    EfsStage.RESTORING: "AWS Backup restores {path} of {file_system} (job {job})",
    EfsStage.RESTORED: "the files are in a new directory of {file_system}; somebody has to find it",
    EfsStage.SEEN: "waits for an access point to {directory}",
    EfsStage.READY: "can be mounted; its volume and claim can be made",
    EfsStage.DONE: "its claim was made",
    EfsStage.FAILED: "{reason}",
}


def efs_plan_model(plan: EfsPlan) -> EfsPlanModel:
    """A plan as a response body."""
    return EfsPlanModel(
        recovery_point=plan.backup.id,
        recovery_point_arn=plan.backup.arn,
        file_system=plan.backup.file_system,
        taken_at=to_second(plan.backup.slot),
        age_seconds=int(plan.age.total_seconds()),
        namespace=plan.request.namespace,
        target=plan.request.target,
        claim=_claim(plan.claim),
        findings=[finding(found) for found in plan.findings],
    )


def efs_restore_model(restore: EfsRestore) -> EfsRestoreModel:
    """A restore as a response body."""
    text = TEXTS[restore.stage].format(
        path=restore.claim.path,
        file_system=restore.file_system,
        job=restore.job,
        directory=restore.directory,
        reason=restore.reason,
    )
    issues = f"; AWS says: {restore.reason}" if restore.reason and not restore.stage.is_final else ""
    return EfsRestoreModel(
        id=restore.id,
        cluster=restore.cluster,
        namespace=restore.namespace,
        target=restore.target,
        state=restore.stage,
        text=text + issues,
        recovery_point=restore.backup,
        taken_at=to_second(restore.slot),
        file_system=restore.file_system,
        claim=_claim(restore.claim),
        accepted_at=to_second(restore.accepted_at),
        caller=restore.caller,
        job=restore.job,
        began_at=to_second(restore.began_at) if restore.began_at else None,
        ended_at=to_second(restore.ended_at) if restore.ended_at else None,
        directory=restore.directory,
        access_point=restore.access_point,
        volume_handle=restore.handle,
    )


def _claim(claim: EfsClaim) -> EfsClaimModel:
    return EfsClaimModel(
        cluster=claim.cluster,
        namespace=claim.namespace,
        name=claim.name,
        path=claim.path,
        user=claim.user,
        requested=claim.requested,
        storage_class=claim.storage_class,
        access_modes=list(claim.access_modes),
    )
