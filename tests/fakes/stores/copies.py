"""In-memory copies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from snapkeep.domain.copies.places import KnownPlace
from snapkeep.domain.copies.records import CopyRecord, CopyStage
from snapkeep.domain.errors import TemporaryError
from tests.fakes.faults import Faults


class MemoryCopies(Faults):
    """The CopyRecords port in dicts; every method is one atomic step."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self.all: dict[tuple[str, str, str], CopyRecord] = {}
        self.known: dict[tuple[str, str], KnownPlace] = {}
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
        if self.leases.get(record.place, ("",))[0] != owner:
            raise TemporaryError(f"{owner} does not hold the lease of {record.place}")
        following = self.put(record)
        self._after("write_copy")
        return following

    def put(self, record: CopyRecord) -> CopyRecord:
        """Write the next revision of a record."""
        key = (record.place, record.cluster, record.point_id)
        known = self.all.get(key)
        if (known.revision if known else 0) != record.revision:
            raise TemporaryError(
                f"the copy of {record.point_id} to {record.place} is written by many at once"
            )
        self.all[key] = replace(record, revision=record.revision + 1)
        return self.all[key]

    def copies(self, place: str, points: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], CopyRecord]:
        self._before("copies")
        found = {point: self.all.get((place, *point)) for point in points}
        return {point: record for point, record in found.items() if record}

    def open_copies(self, place: str) -> Iterator[CopyRecord]:
        self._before("open_copies")
        yield from [each for each in self.of_place(place) if each.stage.is_open]

    def failed_copies(self, place: str) -> Iterator[CopyRecord]:
        self._before("failed_copies")
        yield from [each for each in self.of_place(place) if each.stage.has_failed]

    def unlocked_copies(self, place: str) -> Iterator[CopyRecord]:
        self._before("unlocked_copies")
        yield from [each for each in self.of_place(place) if each.is_unlocked]

    def places(self) -> Iterator[KnownPlace]:
        self._before("places")
        yield from list(self.known.values())

    def write_place(self, place: KnownPlace) -> None:
        self._before("write_place")
        self.known[place.name, place.region] = place
        self._after("write_place")

    def forget_place(self, name: str, region: str) -> None:
        self._before("forget_place")
        self.known.pop((name, region), None)
        self._after("forget_place")

    def copies_of(self, place: str, cluster: str) -> Iterator[CopyRecord]:
        self._before("copies_of")
        yield from [each for each in self.of_place(place) if each.cluster == cluster]

    def of_place(self, place: str) -> list[CopyRecord]:
        """All records of a place."""
        return [record for key, record in sorted(self.all.items()) if key[0] == place]


class MemoryCopyRequests(Faults):
    """The CopyRequests port over the same records."""

    def __init__(self, copies: MemoryCopies, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self._copies = copies

    def request_copy(self, record: CopyRecord) -> CopyRecord:
        self._before("request_copy")
        following = self._copies.put(record)
        self._after("request_copy")
        return following

    def asked_copies(self, place: str) -> Iterator[CopyRecord]:
        self._before("asked_copies")
        found = self._copies.of_place(place)
        yield from [each for each in found if each.stage is CopyStage.WAITING and each.asked_by]

    def cancelled_copies(self, place: str) -> Iterator[CopyRecord]:
        self._before("cancelled_copies")
        yield from [each for each in self._copies.of_place(place) if each.stage is CopyStage.CANCELLED]
