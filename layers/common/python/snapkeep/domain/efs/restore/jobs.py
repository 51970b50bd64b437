"""AWS Backup restore jobs, as it shows them.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeRestoreJob.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from snapkeep.domain.efs.jobs import JobState


@dataclass(frozen=True, slots=True)
class RestoreJob:
    """A restore job. It ran from `began_at` to `ended_at` (aware UTC). `trouble` is what AWS says of one that
    failed, or that completed with issues. No field names the directory that it made: AWS tells nobody.
    """

    id: str
    state: JobState
    began_at: datetime
    ended_at: datetime | None = None
    trouble: str = ""


RESTORE_STATES: Mapping[str, JobState] = {
    "PENDING": JobState.WAITING,
    "RUNNING": JobState.RUNNING,
    "COMPLETED": JobState.COMPLETED,
    "ABORTED": JobState.FAILED,
    "FAILED": JobState.FAILED,
}
"""From AWS's names."""
