"""In-memory requests of the sources of a vault."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from snapkeep.domain.vault.asked import StoredRequest
from tests.fakes.faults import Faults


class MemoryVaultRequests(Faults):
    """The VaultRequests port in dicts; every method is one atomic step."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self.all: dict[tuple[str, str], StoredRequest] = {}
        self.signs: dict[str, datetime] = {}

    def keep(self, asked: StoredRequest) -> None:
        self._before("keep")
        self.all[asked.source, asked.request.point] = asked
        self.signs[asked.source] = asked.received_at
        self._after("keep")

    def waiting(self, source: str) -> Iterator[StoredRequest]:
        self._before("waiting")
        yield from [each for key, each in sorted(self.all.items()) if key[0] == source]

    def request(self, source: str, point: str) -> StoredRequest | None:
        self._before("request")
        return self.all.get((source, point))

    def drop(self, asked: StoredRequest) -> None:
        self._before("drop")
        key = (asked.source, asked.request.point)
        if key in self.all and self.all[key].received_at == asked.received_at:
            del self.all[key]
        self._after("drop")

    def heard(self, source: str) -> datetime | None:
        self._before("heard")
        return self.signs.get(source)
