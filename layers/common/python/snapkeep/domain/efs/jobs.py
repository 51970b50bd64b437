"""Backup jobs and recovery points of AWS Backup, as it shows them.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeBackupJob.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

RESOURCE = "arn:{partition}:elasticfilesystem:{region}:{account}:file-system/{id}"


class JobState(StrEnum):
    """The states of a job that differ for us. A job waits while another one of its file system runs."""

    WAITING = "waiting"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"

    @property
    def has_ended(self) -> bool:
        """True when it no longer changes."""
        return self in (JobState.COMPLETED, JobState.FAILED)


STATES: Mapping[str, JobState] = {
    "CREATED": JobState.WAITING,
    "PENDING": JobState.WAITING,
    "RUNNING": JobState.RUNNING,
    "ABORTING": JobState.RUNNING,
    "COMPLETED": JobState.COMPLETED,
    "PARTIAL": JobState.FAILED,
    "ABORTED": JobState.FAILED,
    "EXPIRED": JobState.FAILED,
    "FAILED": JobState.FAILED,
}
"""From AWS's names. What is partial has no recovery point that AWS calls completed, so it protects nobody."""


@dataclass(frozen=True, slots=True)
class Job:
    """A backup job of a file system. `point` is the ARN of its recovery point, which is named from the start.

    `trouble` is what AWS says of one that failed, or that completed with issues. `ended_at` is aware UTC.
    """

    id: str
    point: str
    state: JobState
    size_bytes: int = 0
    trouble: str = ""
    ended_at: datetime | None = None


class StoredState(StrEnum):
    """The states of a recovery point that differ for us.

    Without the rights that it needs, AWS Backup takes a request to delete one, and then calls it expired.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteRecoveryPoint.html
    """

    CREATING = "creating"
    READY = "ready"
    DELETING = "deleting"
    EXPIRED = "expired"
    UNUSABLE = "unusable"


STORED: Mapping[str, StoredState] = {
    "CREATING": StoredState.CREATING,
    "AVAILABLE": StoredState.READY,
    "COMPLETED": StoredState.READY,
    "DELETING": StoredState.DELETING,
    "EXPIRED": StoredState.EXPIRED,
}
"""From AWS's names; all others are UNUSABLE."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A recovery point in a vault: of which file system (id), when its job was started (aware UTC), how many
    bytes it holds."""

    arn: str
    file_system: str
    state: StoredState
    started_at: datetime
    size_bytes: int = 0
    tags: Mapping[str, str] = field(default_factory=dict)
