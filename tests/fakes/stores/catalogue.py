"""The in-memory catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from snapkeep.domain.report.catalogue import Entry
from tests.fakes.faults import Faults


class MemoryCatalogue(Faults):
    """The Catalogue port in dicts; every method is one atomic step."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self.all: dict[str, dict[str, Entry]] = {}
        self.complete: dict[str, datetime] = {}

    def put_entries(self, cluster: str, entries: Sequence[Entry]) -> None:
        self._before("put_entries")
        self.all.setdefault(cluster, {}).update({entry.place: entry for entry in entries})
        self._after("put_entries")

    def remove_entries(self, cluster: str, entries: Sequence[Entry]) -> None:
        self._before("remove_entries")
        for entry in entries:
            self.all.get(cluster, {}).pop(entry.place, None)

    def entries(self, cluster: str, prefix: str, after: str, limit: int) -> Sequence[Entry]:
        self._before("entries")
        known = self.all.get(cluster, {})
        places = sorted(place for place in known if place.startswith(prefix) and place > after)
        return [known[place] for place in places[:limit]]

    def all_entries(self, cluster: str) -> Iterator[Entry]:
        self._before("all_entries")
        known = self.all.get(cluster, {})
        yield from [known[place] for place in sorted(known)]

    def catalogue_complete_since(self, cluster: str) -> datetime | None:
        self._before("catalogue_complete_since")
        return self.complete.get(cluster)

    def mark_catalogue_complete(self, cluster: str, at: datetime) -> None:
        self._before("mark_catalogue_complete")
        self.complete[cluster] = at
