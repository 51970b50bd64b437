"""AWS Backup restore jobs for EFS file systems.

https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-efs.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from snapkeep.adapters.aws.backup_vault import backup_errors
from snapkeep.domain.efs.jobs import JobState
from snapkeep.domain.efs.restore.jobs import RESTORE_STATES, RestoreJob
from snapkeep.domain.errors import NotFound


@dataclass(frozen=True, slots=True)
class AwsRestores:
    """Implements the RestoreJobs port with a client of `backup`; jobs run with `role` (an ARN)."""

    backup: Any
    role: str

    def start_restore(self, arn: str, file_system: str, path: str, token: str) -> str:
        """Start a job. AWS Backup starts nothing for a token that it knows.

        `ItemsToRestore` is JSON in a text, of paths from the root of the file system.
        https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartRestoreJob.html
        """
        metadata = {"file-system-id": file_system, "newFileSystem": "false"}
        if path != "/":
            metadata["ItemsToRestore"] = json.dumps([path], ensure_ascii=False)
        with backup_errors(f"restore of {path} from {arn}"):
            answer = self.backup.start_restore_job(
                RecoveryPointArn=arn,
                Metadata=metadata,
                IamRoleArn=self.role,
                IdempotencyToken=token,
                ResourceType="EFS",
            )
        return str(answer["RestoreJobId"])

    def restore_job(self, job_id: str) -> RestoreJob | None:
        """A job."""
        try:
            with backup_errors(f"restore job {job_id} of AWS Backup"):
                found = self.backup.describe_restore_job(RestoreJobId=job_id)
        except NotFound:
            return None
        state = RESTORE_STATES.get(found["Status"], JobState.RUNNING)
        said = found.get("StatusMessage") or (found["Status"] if state is JobState.FAILED else "")
        return RestoreJob(
            id=job_id,
            state=state,
            began_at=found["CreationDate"],
            ended_at=found.get("CompletionDate"),
            trouble=" ".join(str(said).split()),
        )
