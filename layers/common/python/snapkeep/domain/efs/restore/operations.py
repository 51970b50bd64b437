"""A restore of a claim on EFS: what was accepted, what AWS Backup did, and what a person saw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from snapkeep.domain.efs.backups import EfsBackup, EfsClaim
from snapkeep.domain.efs.jobs import JobState
from snapkeep.domain.efs.restore.directories import is_directory_name, why_not_made_by
from snapkeep.domain.efs.restore.jobs import RestoreJob
from snapkeep.domain.efs.restore.mounts import Mount, handle_of, mount_of
from snapkeep.domain.naming import short_hash
from snapkeep.domain.restore.requests import RestoreRequest

START_FOR = timedelta(hours=6)
"""How long the start of a job is tried before the restore fails."""

LOOK_FOR = timedelta(days=30)
"""How long a restore waits for somebody to look for its directory, and for its claim to be made."""


class EfsStage(StrEnum):
    """How far a restore is. Each stage may be entered again.

    `restored`: the files are there, and nobody has said in which directory. `seen`: somebody has seen the
    claim's folder in it. `ready`: it can be mounted. `done`: its claim exists.
    """

    ACCEPTED = "accepted"
    RESTORING = "restoring"
    RESTORED = "restored"
    SEEN = "seen"
    READY = "ready"
    DONE = "done"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """True when nothing is left to do."""
        return self in (EfsStage.DONE, EfsStage.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class EfsRestore:
    """One restore as the journal knows it.

    `claim` is the claim as its backup remembers it; `namespace` and `target` name the new one in `cluster`.
    `job` is AWS's, "" until it is known; it ran from `began_at` to `ended_at` (aware UTC, by AWS's clock).
    `directory` is the name of the restored directory, without slashes. `access_point` is "" until there is
    one, or where none is needed. `caller` is an ARN. `revision` counts its records.
    """

    id: str
    cluster: str
    namespace: str
    target: str
    backup: str
    slot: datetime
    arn: str
    file_system: str
    claim: EfsClaim
    caller: str
    accepted_at: datetime
    stage: EfsStage = EfsStage.ACCEPTED
    job: str = ""
    began_at: datetime | None = None
    ended_at: datetime | None = None
    directory: str = ""
    access_point: str = ""
    reason: str = ""
    revision: int = 0

    def __str__(self) -> str:
        return f"{self.namespace}/{self.target}"

    @property
    def is_open(self) -> bool:
        """True until its claim exists, or it failed."""
        return not self.stage.is_final

    @property
    def token(self) -> str:
        """What makes AWS start one job, however often it is asked."""
        return f"snapkeep-{self.id}"

    @property
    def access_point_token(self) -> str:
        """What makes EFS create one access point to the directory, however often it is asked."""
        return f"{self.token}-{short_hash(self.directory)}"

    @property
    def mount(self) -> Mount:
        """Which folders its volume mounts, whatever somebody wrote into the record. Raises ValueError before
        its directory is known, and for one that AWS Backup does not make."""
        if not self.directory:
            raise ValueError(f"nobody has said in which directory restore {self.id} is")
        if not is_directory_name(self.directory):
            raise ValueError(f"{self.directory!a} is not a directory that AWS Backup made")
        return mount_of(self.directory, self.claim)

    @property
    def handle(self) -> str:
        """The handle of its volume; "" before that can be mounted."""
        if self.stage not in (EfsStage.READY, EfsStage.DONE):
            return ""
        return handle_of(self.file_system, self.mount, self.access_point)

    def why_not_in(self, directory: str) -> str:
        """Why the files of a completed job cannot be in a directory, or be mounted there; "" if they can."""
        try:
            mount_of(directory, self.claim)
        except ValueError as problem:
            return str(problem)
        began = self.began_at or self.accepted_at
        return why_not_made_by(directory, began, self.ended_at or began + LOOK_FOR)

    def is_rival_of(self, request: RestoreRequest) -> bool:
        """True if it is to make the claim that a request asks for: only one of them can."""
        mine = (self.cluster, self.namespace, self.target)
        return self.is_open and mine == (request.cluster, request.namespace, request.target)

    def serves(self, request: RestoreRequest, backup: EfsBackup, claim: EfsClaim) -> bool:
        """True if a request for this claim of this backup, under the same name, continues it."""
        return self.is_rival_of(request) and (self.backup, self.claim) == (backup.id, claim)


def accepted(
    backup: EfsBackup,
    claim: EfsClaim,
    request: RestoreRequest,
    *,
    restore_id: str,
    caller: str,
    now: datetime,
) -> EfsRestore:
    """A new restore of a claim of a backup, as requested."""
    return EfsRestore(
        id=restore_id,
        backup=backup.id,
        slot=backup.slot,
        arn=backup.arn,
        file_system=backup.file_system,
        claim=claim,
        caller=caller,
        accepted_at=now,
        cluster=request.cluster,
        namespace=request.namespace,
        target=request.target,
    )


def restoring(restore: EfsRestore, job: str) -> EfsRestore:
    """The restore after AWS has named its job."""
    return replace(restore, stage=EfsStage.RESTORING, job=job, reason="")


def followed(restore: EfsRestore, job: RestoreJob | None, now: datetime) -> EfsRestore:
    """The restore as its job stands; None is a job that AWS does not know: not yet, or no longer."""
    if job is None and now - restore.accepted_at <= START_FOR:
        return restore
    if job is None:
        return failed(
            restore,
            f"AWS Backup no longer knows its restore job {restore.job}: it forgets jobs after 30 days. Look "
            f"for a directory aws-backup-restore_… in {restore.file_system}, or restore again",
        )
    if not job.state.has_ended:
        return replace(restore, reason="")
    if job.state is JobState.COMPLETED:
        ended = job.ended_at or now
        stage = EfsStage.RESTORED
        return replace(restore, stage=stage, began_at=job.began_at, ended_at=ended, reason=job.trouble)
    return failed(restore, f"AWS Backup failed restore job {restore.job}: {job.trouble}")


def seen(restore: EfsRestore, directory: str) -> EfsRestore:
    """The restore after somebody saw the claim's folder in a directory of that name."""
    return replace(restore, stage=EfsStage.SEEN, directory=directory, reason="")


def ready(restore: EfsRestore, access_point: str = "") -> EfsRestore:
    """The restore whose folder can be mounted."""
    return replace(restore, stage=EfsStage.READY, access_point=access_point)


def done(restore: EfsRestore) -> EfsRestore:
    """The restore whose claim was made."""
    return replace(restore, stage=EfsStage.DONE)


def failed(restore: EfsRestore, reason: str) -> EfsRestore:
    """The restore, ended without a claim; what AWS has restored stays where it is."""
    return replace(restore, stage=EfsStage.FAILED, reason=reason)


def refused(restore: EfsRestore, reason: str) -> EfsRestore:
    """The restore after AWS refused its next step. What AWS has begun to restore is not given up: the step is
    tried again, or once somebody has said again where the files are."""
    if restore.stage is EfsStage.ACCEPTED:
        return failed(restore, reason)
    if restore.stage is EfsStage.SEEN:
        return replace(restore, stage=EfsStage.RESTORED, directory="", reason=reason)
    return replace(restore, reason=reason)


def cancelled(restore: EfsRestore, by: str) -> EfsRestore:
    """The restore, ended by a caller (an ARN). AWS cannot stop a job, and what it has restored stays."""
    begun = restore.stage is not EfsStage.ACCEPTED
    left = f"; what AWS restores stays in {_place(restore)}" if begun else ""
    return failed(restore, f"cancelled by {by}{left}")


def _place(restore: EfsRestore) -> str:
    """Where the files of a restore are, and the access point that leads to them."""
    where = restore.directory or "a directory aws-backup-restore_…"
    point = f", and so does access point {restore.access_point}" if restore.access_point else ""
    return f"{restore.file_system}, in {where}{point}"


def overdue(restore: EfsRestore, now: datetime) -> str:
    """Why an open restore is given up now; "" while it is not."""
    age = now - restore.accepted_at
    if restore.stage is EfsStage.ACCEPTED and age > START_FOR:
        hours = START_FOR // timedelta(hours=1)
        return f"AWS Backup started no job within {hours} hours" + (
            f": {restore.reason}" if restore.reason else ""
        )
    waits = restore.stage in (EfsStage.RESTORED, EfsStage.SEEN, EfsStage.READY)
    if waits and now - (restore.ended_at or restore.accepted_at) > LOOK_FOR:
        return (
            f"no claim was made from it within {LOOK_FOR.days} days. What AWS restored stays in "
            f"{_place(restore)}: delete it, or restore again"
        )
    return ""
