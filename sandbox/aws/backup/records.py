"""What AWS Backup remembers: jobs, recovery points and restores, and what the EFS file systems hold.

Times are aware UTC: `due` and its like by the sandbox's clock, all others as AWS writes them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

Files = dict[str, str]
"""Absolute paths in a file system, and the text in each file."""
Scope = tuple[str, str]
"""An account and a Region."""

WAITING, RUNNING, COMPLETED, FAILED = "CREATED", "RUNNING", "COMPLETED", "FAILED"
ABORTED, EXPIRED = "ABORTED", "EXPIRED"
ENDED = (COMPLETED, FAILED, ABORTED, EXPIRED)


@dataclass
class RecoveryPoint:
    """A recovery point of a file system. It is gone once `gone` has come."""

    arn: str
    scope: Scope
    vault: str
    resource: str
    role: str
    created: datetime
    tags: dict[str, str]
    lifecycle: Mapping[str, int]
    key: str
    status: str = "CREATING"
    message: str = ""
    completed: datetime | None = None
    files: Files = field(default_factory=dict)
    gone: datetime | None = None

    @property
    def size(self) -> int:
        """How many bytes it holds."""
        return sum(len(text.encode()) for text in self.files.values())


@dataclass
class Job:
    """A backup job; it waits while another one of its resource runs, at most until `start_by`."""

    id: str
    point: RecoveryPoint
    created: datetime
    start_by: datetime
    state: str = WAITING
    message: str = ""
    began: datetime | None = None
    due: datetime | None = None
    completed: datetime | None = None

    @property
    def resource(self) -> str:
        """The ARN of the file system."""
        return self.point.resource


@dataclass
class Restore:
    """A restore job: where the files go, and which of them (all if `items` is empty)."""

    id: str
    point: RecoveryPoint
    role: str
    file_system: str
    items: tuple[str, ...]
    created: datetime
    due: datetime | None
    status: str = "PENDING"
    message: str = ""
    completed: datetime | None = None


@dataclass
class BackupState:
    """All of it, of every account and Region, in the order in which it came. `outcomes` has how many of the
    next jobs of a file system (or of `*`) fail; `tokens` what each IdempotencyToken has started, `opted`
    which types of resources may be backed up."""

    jobs: dict[str, Job] = field(default_factory=dict)
    points: dict[str, RecoveryPoint] = field(default_factory=dict)
    restores: dict[str, Restore] = field(default_factory=dict)
    files: dict[str, Files] = field(default_factory=dict)
    tokens: dict[tuple[Scope, str], tuple[object, str]] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=dict)
    opted: dict[Scope, dict[str, bool]] = field(default_factory=dict)
