"""In-memory deletions, and snapshots that were away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from snapkeep.domain.retention.deletion.absences import Absence
from snapkeep.domain.retention.deletion.deletions import (
    Deletion,
    DeletionStep,
)
from tests.fakes.faults import Faults


class MemoryDeletions(Faults):
    """The Deletions port in dicts; every method is one atomic step."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self.under_way: dict[str, Deletion] = {}
        self.ended: dict[str, str] = {}

    def intend_deletions(self, deletions: Sequence[Deletion]) -> Sequence[str]:
        self._before("intend_deletions")
        for deletion in deletions:
            self.under_way.setdefault(deletion.snapshot_id, deletion)
        self._after("intend_deletions")
        return ()

    def open_deletions(self, cluster: str) -> Iterator[Deletion]:
        self._before("open_deletions")
        yield from [item for item in self.under_way.values() if item.cluster == cluster]

    def move_deletions(self, snapshot_ids: Sequence[str], step: DeletionStep) -> None:
        self._before("move_deletions")
        for snapshot_id in snapshot_ids:
            if snapshot_id in self.under_way:
                self.under_way[snapshot_id] = replace(self.under_way[snapshot_id], step=step)
        self._after("move_deletions")

    def end_deletions(self, snapshot_ids: Sequence[str], outcome: str, now: datetime) -> None:
        self._before("end_deletions")
        for snapshot_id in snapshot_ids:
            if self.under_way.pop(snapshot_id, None):
                self.ended[snapshot_id] = outcome
        self._after("end_deletions")

    def knows_deletion(self, snapshot_id: str) -> bool:
        self._before("knows_deletion")
        return snapshot_id in self.under_way or snapshot_id in self.ended


class MemoryAbsences(Faults):
    """The Absences port in dicts; every method is one atomic step."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self.all: dict[str, Absence] = {}

    def write_absences(self, absences: Sequence[Absence]) -> None:
        self._before("write_absences")
        self.all |= {absence.snapshot_id: absence for absence in absences}
        self._after("write_absences")

    def absences(self, snapshot_ids: Sequence[str]) -> Mapping[str, Absence]:
        self._before("absences")
        return {name: self.all[name] for name in snapshot_ids if name in self.all}
