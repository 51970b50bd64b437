"""In-memory restores of claims on EFS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from snapkeep.domain.efs.restore.operations import EfsRestore
from snapkeep.domain.errors import TemporaryError
from tests.fakes.faults import Faults


class MemoryEfsRestores(Faults):
    """The EfsRestores port in a dict; every method is one atomic step."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self.all: dict[str, EfsRestore] = {}

    def add_efs_restore(self, restore: EfsRestore) -> EfsRestore:
        self._before("add_efs_restore")
        found = self.all.setdefault(restore.id, restore)
        self._after("add_efs_restore")
        return found

    def write_efs_restore(self, restore: EfsRestore) -> EfsRestore:
        self._before("write_efs_restore")
        if self.all[restore.id].revision != restore.revision:
            raise TemporaryError(f"the restore {restore.id} is written by many at once")
        self.all[restore.id] = replace(restore, revision=restore.revision + 1)
        self._after("write_efs_restore")
        return self.all[restore.id]

    def efs_restore(self, restore_id: str) -> EfsRestore | None:
        self._before("efs_restore")
        return self.all.get(restore_id)

    def open_efs_restores(self) -> Iterator[EfsRestore]:
        self._before("open_efs_restores")
        yield from [restore for restore in self._sorted() if restore.is_open]

    def efs_restores_on(self, file_system: str) -> Iterator[EfsRestore]:
        self._before("efs_restores_on")
        yield from [each for each in reversed(self._sorted()) if each.file_system == file_system]

    def _sorted(self) -> list[EfsRestore]:
        return sorted(self.all.values(), key=lambda restore: (restore.accepted_at, restore.id))
