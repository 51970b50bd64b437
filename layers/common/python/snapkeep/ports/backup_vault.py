"""AWS Backup: jobs that back up EFS file systems, and the vault in which their recovery points are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.efs.jobs import Job, Stored


class BackupJobs(Protocol):
    """Jobs that back up file systems into one vault.

    Every call raises Throttled when AWS takes no more calls for now, another TemporaryError for what may work
    later, and Forbidden when the role or the policy of the vault or of the file system does not allow it.
    """

    def start(self, file_system: str, token: str, tags: Mapping[str, str]) -> Job:
        """Start a job. The same token starts nothing more, and returns the first job.

        Raises NotFound when there is no such file system, or no vault.
        """

    def job(self, job_id: str) -> Job | None:
        """A job; None when AWS no longer knows it, which it does for 30 days."""


class BackupVault(Protocol):
    """The recovery points in one vault; the calls raise what BackupJobs raises."""

    def points(self) -> Iterator[Stored]:
        """All recovery points of file systems, without their tags."""

    def point(self, arn: str) -> Stored | None:
        """A recovery point with its tags; None when it is gone."""

    def tags(self, arn: str) -> Mapping[str, str] | None:
        """The tags of a recovery point; None when it is gone."""

    def why_locked(self) -> str:
        """Why AWS deletes nothing from the vault now; "" when it does."""

    def delete(self, arn: str) -> None:
        """Delete a recovery point, which takes a while; one that is gone is no error.

        Raises Forbidden when a lock of the vault protects it.
        """
