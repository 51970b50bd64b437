"""In-memory backups of EFS file systems."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from snapkeep.domain.efs.backups import EfsBackup
from snapkeep.domain.errors import TemporaryError
from tests.fakes.faults import Faults


class MemoryEfsBackups(Faults):
    """The EfsBackups port in a dict; every method is one atomic step."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self.all: dict[str, EfsBackup] = {}

    def open_backup(self, backup: EfsBackup) -> EfsBackup:
        self._before("open_backup")
        found = self.all.setdefault(backup.id, replace(backup, revision=1))
        self._after("open_backup")
        return found

    def write_backup(self, backup: EfsBackup) -> EfsBackup:
        self._before("write_backup")
        if self.all[backup.id].revision != backup.revision:
            raise TemporaryError(f"the backup {backup.id} is written by many at once")
        self.all[backup.id] = replace(backup, revision=backup.revision + 1)
        self._after("write_backup")
        return self.all[backup.id]

    def backup(self, backup_id: str) -> EfsBackup | None:
        self._before("backup")
        return self.all.get(backup_id)

    def unfinished(self) -> Iterator[EfsBackup]:
        self._before("unfinished")
        yield from [backup for backup in self._sorted() if backup.is_open]

    def backups_on(self, file_system: str) -> Iterator[EfsBackup]:
        self._before("backups_on")
        yield from [each for each in self._sorted() if each.file_system == file_system]

    def policies(self) -> Iterator[str]:
        self._before("policies")
        yield from sorted({backup.policy for backup in self.all.values()})

    def backups_of(self, policy: str, since: datetime) -> Iterator[EfsBackup]:
        self._before("backups_of")
        yield from [each for each in self._sorted() if each.policy == policy and each.slot >= since]

    def _sorted(self) -> list[EfsBackup]:
        return sorted(self.all.values(), key=lambda backup: (backup.slot, backup.id))
