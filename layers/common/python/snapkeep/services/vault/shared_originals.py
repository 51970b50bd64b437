"""The points that a source shares: checked once more right before they are copied. Nobody can hold another
account's snapshot."""

from __future__ import annotations

from dataclasses import dataclass

from snapkeep.domain.copies.copies import Source
from snapkeep.domain.errors import NotFound
from snapkeep.domain.points import Snapshot
from snapkeep.domain.vault.verify import Refused
from snapkeep.ports.vaults import VaultRequests
from snapkeep.services.vault.check_requests import CheckRequests


@dataclass(frozen=True, slots=True)
class SharedOriginals:
    """Implements Originals for one source: a point is what the request for it says, if that holds."""

    requests: VaultRequests
    checker: CheckRequests

    def present(self, source: Source, place: str) -> Snapshot:
        asked = self.requests.request(place, source.point_id)
        if asked is None or asked.request.snapshot != source.snapshot_id:
            raise NotFound(f"{place} no longer asks for {source.snapshot_id}")
        found = self.checker.run([asked.request])[source.point_id]
        if isinstance(found, Refused):
            raise NotFound(found.reason)
        return found.snapshot

    def let_go(self, snapshot_id: str, place: str) -> None:
        """The source holds its points itself."""
