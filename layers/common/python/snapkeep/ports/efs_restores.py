"""Restores of claims on EFS: AWS Backup's restore jobs, what they need of EFS, and their journal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.efs.restore.jobs import RestoreJob
    from snapkeep.domain.efs.restore.operations import EfsRestore
    from snapkeep.ports.efs import AccessPoint


class RestoreJobs(Protocol):
    """Jobs that restore folders of file systems.

    Every call raises Throttled when AWS takes no more calls for now, another TemporaryError for what may work
    later, and Forbidden when the role or the policy of the vault or of the file system does not allow it.
    """

    def start_restore(self, arn: str, file_system: str, path: str, token: str) -> str:
        """Start restoring a folder of a recovery point (ARN) into a new directory of a file system; returns
        the job's id. `/` is the whole file system. The same token starts nothing more.

        Raises NotFound when the recovery point is gone, PermanentError when AWS refuses.
        """

    def restore_job(self, job_id: str) -> RestoreJob | None:
        """A job; None when AWS no longer knows it, which it does for 30 days."""


@dataclass(frozen=True, slots=True)
class FileSystem:
    """A file system that exists. `usable` is False while it is created or deleted; `mount_targets` counts
    those that pods can mount it through; `size_bytes` is its metered size."""

    id: str
    usable: bool
    mount_targets: int
    size_bytes: int


class EfsFileSystems(Protocol):
    """The EFS file systems in the account and Region."""

    def file_system(self, name: str) -> FileSystem | None:
        """A file system by its id; None when it is gone. Raises TemporaryError, or Forbidden."""


class AccessPointMaker(Protocol):
    """Makes access points."""

    def make_access_point(self, point: AccessPoint, token: str, tags: Mapping[str, str]) -> str:
        """Make an access point as described, apart from its id, which is returned. The same token makes one
        only. Its folder is never created.

        Raises NotFound when the file system is gone, TemporaryError, or PermanentError.
        """


class RestoreFollower(Protocol):
    """Invokes restore_file_systems."""

    def follow_restores(self) -> None:
        """Have every open restore brought on, without waiting. Raises TemporaryError."""


class EfsRestores(Protocol):
    """The journal's records of restores of claims on EFS."""

    def add_efs_restore(self, restore: EfsRestore) -> EfsRestore:
        """Write a restore if its id is new; returns the one that then stands."""

    def write_efs_restore(self, restore: EfsRestore) -> EfsRestore:
        """Write a record over the one that was read; returns it with its new revision.

        Raises TemporaryError when somebody else wrote it meanwhile.
        """

    def efs_restore(self, restore_id: str) -> EfsRestore | None:
        """The restore of that id."""

    def open_efs_restores(self) -> Iterator[EfsRestore]:
        """Those that are neither done nor failed, the oldest first (a lagging index)."""

    def efs_restores_on(self, file_system: str) -> Iterator[EfsRestore]:
        """All restores into a file system, the newest first (a lagging index)."""
