"""EFS file systems, their access points, and the journal of their backups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.efs.backups import EfsBackup


@dataclass(frozen=True, slots=True)
class AccessPoint:
    """An access point: the folder that is its root, and as whom everybody reads and writes, such as
    `1000:1000`, or `1000:1000,2000` with further groups; "" for themselves."""

    id: str
    file_system: str
    path: str
    user: str = ""


class AccessPoints(Protocol):
    """The access points of the account's file systems in one Region."""

    def access_point(self, name: str) -> AccessPoint | None:
        """An access point by its id; None when there is none. Raises TemporaryError, or Forbidden."""


class EfsBackups(Protocol):
    """The journal's records of backups of file systems."""

    def open_backup(self, backup: EfsBackup) -> EfsBackup:
        """Write a new record; returns it, or the one that another planner wrote before."""

    def write_backup(self, backup: EfsBackup) -> EfsBackup:
        """Write a record over the one that was read; returns it with its new revision.

        Raises TemporaryError when somebody else wrote it meanwhile.
        """

    def backup(self, backup_id: str) -> EfsBackup | None:
        """The record of that id."""

    def unfinished(self) -> Iterator[EfsBackup]:
        """The records that are planned or pending, the oldest slot first."""

    def backups_on(self, file_system: str) -> Iterator[EfsBackup]:
        """The records of a file system under all policies, in any order."""

    def policies(self) -> Iterator[str]:
        """The policies that have had a backup, also those that the config has no more."""

    def backups_of(self, policy: str, since: datetime) -> Iterator[EfsBackup]:
        """The records of a policy from a slot (aware UTC) on, the oldest first."""
