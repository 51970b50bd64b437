"""AWS Backup for EFS file systems.

https://docs.aws.amazon.com/efs/latest/ug/awsbackup.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from snapkeep.adapters.aws.session import code_of, said, translate
from snapkeep.domain.efs.jobs import STATES, STORED, Job, JobState, Stored, StoredState
from snapkeep.domain.errors import Forbidden, NotFound, SnapkeepError, TemporaryError

MISSING = frozenset({"ResourceNotFoundException"})

FORBIDDEN = frozenset({"AccessDeniedException", "InvalidRequestException"})
"""AWS Backup answers InvalidRequestException when a lock of the vault protects a recovery point.
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteRecoveryPoint.html
"""

BUSY = frozenset({"LimitExceededException", "InvalidResourceStateException"})
"""What passes by itself: too many jobs at once, or a recovery point that is being made."""


@dataclass(frozen=True, slots=True)
class AwsBackup:
    """Implements the BackupJobs and BackupVault ports with a client of the service `backup`.

    Jobs run with `role` (an ARN) and put their recovery points into `vault`; `resources` is the ARN of a file
    system without its id, such as `arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/`.
    """

    backup: Any
    vault: str
    role: str = ""
    resources: str = ""

    def start(self, file_system: str, token: str, tags: Mapping[str, str]) -> Job:
        """Start a job. AWS Backup starts nothing for a token that it knows.

        https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartBackupJob.html
        """
        with backup_errors(f"AWS Backup of {file_system}"):
            answer = self.backup.start_backup_job(
                BackupVaultName=self.vault,
                ResourceArn=self.resources + file_system,
                IamRoleArn=self.role,
                IdempotencyToken=token,
                RecoveryPointTags=dict(tags),
            )
        return Job(answer["BackupJobId"], answer.get("RecoveryPointArn", ""), JobState.WAITING)

    def job(self, job_id: str) -> Job | None:
        """A job."""
        try:
            with backup_errors(f"job {job_id} of AWS Backup"):
                found = self.backup.describe_backup_job(BackupJobId=job_id)
        except NotFound:
            return None
        return Job(
            id=job_id,
            point=found.get("RecoveryPointArn", ""),
            state=STATES.get(found["State"], JobState.RUNNING),
            size_bytes=found.get("BackupSizeInBytes", 0),
            trouble=_trouble(found),
            ended_at=found.get("CompletionDate"),
        )

    def points(self) -> Iterator[Stored]:
        """All recovery points of file systems in the vault, page by page."""
        more: dict[str, Any] = {"ByResourceType": "EFS"}
        while True:
            with backup_errors(f"the recovery points in vault {self.vault}"):
                answer = self.backup.list_recovery_points_by_backup_vault(
                    BackupVaultName=self.vault, MaxResults=1000, **more
                )
            yield from map(_stored, answer.get("RecoveryPoints", ()))
            if not answer.get("NextToken"):
                return
            more["NextToken"] = answer["NextToken"]

    def point(self, arn: str) -> Stored | None:
        """A recovery point with its tags, which only ListTags shows."""
        try:
            with backup_errors(f"recovery point {arn}"):
                found = self.backup.describe_recovery_point(BackupVaultName=self.vault, RecoveryPointArn=arn)
                return replace(_stored(found), tags=self._tags(arn))
        except NotFound:
            return None

    def tags(self, arn: str) -> dict[str, str] | None:
        """The tags of a recovery point, by one call."""
        try:
            with backup_errors(f"recovery point {arn}"):
                return self._tags(arn)
        except NotFound:
            return None

    def why_locked(self) -> str:
        """Whether the vault has a lock. Under one, AWS deletes no recovery point without a lifecycle.

        https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
        """
        with backup_errors(f"vault {self.vault}"):
            found = self.backup.describe_backup_vault(BackupVaultName=self.vault)
        return f"the vault {self.vault} is locked" if found.get("Locked") else ""

    def delete(self, arn: str) -> None:
        """Delete a recovery point."""
        try:
            with backup_errors(f"recovery point {arn}"):
                self.backup.delete_recovery_point(BackupVaultName=self.vault, RecoveryPointArn=arn)
        except NotFound:
            return

    def _tags(self, arn: str) -> dict[str, str]:
        tags: dict[str, str] = {}
        more: dict[str, Any] = {}
        while True:
            answer = self.backup.list_tags(ResourceArn=arn, **more)
            tags |= answer.get("Tags", {})
            if not answer.get("NextToken"):
                return tags
            more = {"NextToken": answer["NextToken"]}


def _trouble(found: Mapping[str, Any]) -> str:
    """What AWS says of a job that failed, or that completed with issues."""
    failed = STATES.get(found["State"]) is JobState.FAILED
    return " ".join(str(found.get("StatusMessage") or (found["State"] if failed else "")).split())


def _stored(found: Mapping[str, Any]) -> Stored:
    return Stored(
        arn=found["RecoveryPointArn"],
        file_system=found["ResourceArn"].rpartition("/")[2],
        state=STORED.get(found["Status"], StoredState.UNUSABLE),
        started_at=found["CreationDate"],
        size_bytes=found.get("BackupSizeInBytes", 0),
    )


@contextmanager
def backup_errors(subject: str) -> Iterator[None]:
    """Raise what an error of AWS Backup means, with its subject."""
    try:
        yield
    except ClientError as error:
        raise _meaning(error, subject) from error
    except BotoCoreError as error:
        raise translate(error, subject) from error


def _meaning(error: ClientError, subject: str) -> SnapkeepError:
    """What an error code of AWS Backup means.

    An unknown file system comes as InvalidParameterValueException.
    """
    code = code_of(error)
    if code in MISSING or (code == "InvalidParameterValueException" and "exist" in said(error)):
        return NotFound(f"{subject}: {said(error)}")
    if code in FORBIDDEN:
        return Forbidden(f"{subject}: {said(error)}")
    if code in BUSY:
        return TemporaryError(f"{subject}: {said(error)}")
    return translate(error, subject)
