"""In-memory restores and holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.restore.holds import Hold
from snapkeep.domain.restore.operations import RestoreOperation
from tests.fakes.faults import Faults


class MemoryRestores(Faults):
    """The Restores port in dicts; every method is one atomic step."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self.all: dict[str, RestoreOperation] = {}

    def add_restore(self, restore: RestoreOperation) -> RestoreOperation:
        self._before("add_restore")
        known = self.all.setdefault(restore.id, restore)
        self._after("add_restore")
        return known

    def write_restore(self, restore: RestoreOperation) -> RestoreOperation:
        self._before("write_restore")
        known = self.all.get(restore.id)
        if known is None or known.revision != restore.revision:
            raise TemporaryError(f"restore {restore.id} is written by many at once")
        following = replace(restore, revision=restore.revision + 1)
        self.all[restore.id] = following
        self._after("write_restore")
        return following

    def restore(self, restore_id: str) -> RestoreOperation | None:
        self._before("restore")
        return self.all.get(restore_id)

    def open_restores(self, *, whole: bool = False) -> Iterator[RestoreOperation]:
        self._before("open_restores")
        yield from [restore for restore in self.all.values() if restore.is_open]

    def restores_of(
        self, cluster: str, namespace: str, after: RestoreOperation | None = None
    ) -> Iterator[RestoreOperation]:
        self._before("restores_of")
        found = [
            item
            for item in self.all.values()
            if (item.cluster, item.namespace) == (cluster, namespace)
            and (after is None or _place(item) < _place(after))
        ]
        yield from sorted(found, key=_place, reverse=True)


class MemoryHolds(Faults):
    """The Holds port in dicts; every method is one atomic step."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self.all: dict[tuple[str, str], Hold] = {}

    def write_hold(self, hold: Hold) -> None:
        self._before("write_hold")
        known = self.all.get((hold.snapshot_id, hold.holder))
        if known is None or known.lifted_at or known.until <= hold.until:
            self.all[hold.snapshot_id, hold.holder] = hold
        self._after("write_hold")

    def lift_hold(self, hold: Hold) -> None:
        self._before("lift_hold")
        self.all[hold.snapshot_id, hold.holder] = hold
        self._after("lift_hold")

    def holds(self, snapshot_id: str) -> Sequence[Hold]:
        self._before("holds")
        return tuple(self.all[key] for key in sorted(self.all) if key[0] == snapshot_id)

    def remove_hold(self, hold: Hold) -> None:
        self._before("remove_hold")
        key = (hold.snapshot_id, hold.holder)
        if key in self.all and self.all[key] == hold:
            del self.all[key]
        self._after("remove_hold")

    def ended_holds(self, now: datetime) -> Iterator[Hold]:
        self._before("ended_holds")
        yield from [hold for hold in self.all.values() if hold.ended(now)]


def _place(restore: RestoreOperation) -> tuple[datetime, str]:
    return restore.accepted_at, restore.id
