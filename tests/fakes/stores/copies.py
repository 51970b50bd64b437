"""In-memory copies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from snapkeep.domain.copies.records import CopyRecord
from snapkeep.domain.errors import TemporaryError
from tests.fakes.faults import Faults


class MemoryCopies(Faults):
    """The CopyRecords port in dicts; every method is one atomic step."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self.all: dict[tuple[str, str, str], CopyRecord] = {}
        self.leases: dict[str, tuple[str, datetime]] = {}

    def lease_place(self, place: str, owner: str, until: datetime, now: datetime) -> bool:
        self._before("lease_place")
        holder, end = self.leases.get(place, (owner, now))
        if holder != owner and end > now:
            return False
        self.leases[place] = (owner, until)
        self._after("lease_place")
        return True

    def release_place(self, place: str, owner: str) -> None:
        self._before("release_place")
        if self.leases.get(place, ("",))[0] == owner:
            del self.leases[place]
        self._after("release_place")

    def write_copy(self, record: CopyRecord, owner: str) -> CopyRecord:
        self._before("write_copy")
        key = (record.place, record.cluster, record.point_id)
        known = self.all.get(key)
        is_next = (known.revision if known else 0) == record.revision
        if self.leases.get(record.place, ("",))[0] != owner or not is_next:
            raise TemporaryError(
                f"the copy of {record.point_id} to {record.place} is written by many at once"
            )
        following = replace(record, revision=record.revision + 1)
        self.all[key] = following
        self._after("write_copy")
        return following

    def copies(self, place: str, points: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], CopyRecord]:
        self._before("copies")
        found = {point: self.all.get((place, *point)) for point in points}
        return {point: record for point, record in found.items() if record}

    def open_copies(self, place: str) -> Iterator[CopyRecord]:
        self._before("open_copies")
        yield from [each for each in self._of(place) if each.stage.is_open]

    def failed_copies(self, place: str) -> Iterator[CopyRecord]:
        self._before("failed_copies")
        yield from [each for each in self._of(place) if each.stage.has_failed]

    def copies_of(self, place: str, cluster: str) -> Iterator[CopyRecord]:
        self._before("copies_of")
        yield from [each for each in self._of(place) if each.cluster == cluster]

    def _of(self, place: str) -> list[CopyRecord]:
        return [record for key, record in sorted(self.all.items()) if key[0] == place]
