"""Lists what a vault's sources asked for and it has not begun."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from snapkeep.domain import tags
from snapkeep.domain.copies.copies import Copy
from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.view.shown import ShownCopy, ShownState
from snapkeep.domain.times import moment
from snapkeep.domain.vault.asked import StoredRequest
from snapkeep.domain.vault.overview import MOST_COUNTED
from snapkeep.ports.vaults import VaultRequests
from snapkeep.services.copies.place_copies import key_of


@dataclass(frozen=True, slots=True)
class ListAsked:
    """Implements ListWaiting. Names of claims are the source's own words until its request is checked."""

    requests: VaultRequests

    def run(self, place: Place, cluster: str, copies: Sequence[Copy]) -> Iterator[ShownCopy]:
        there = {key_of(copy) for copy in copies}
        for asked in islice(self.requests.waiting(place.name), MOST_COUNTED):
            if cluster in ("", asked.key[0]) and asked.key not in there:
                yield _shown(place, asked)


def _shown(place: Place, asked: StoredRequest) -> ShownCopy:
    said = asked.request.tags
    return ShownCopy(
        place.name,
        place.region,
        asked.request.point,
        asked.key[0],
        said.get(tags.NAMESPACE, ""),
        said.get(tags.CLAIM, ""),
        said.get(tags.POLICY, ""),
        asked.request.asked_at,
        ShownState.WANTED,
        size_bytes=asked.request.size_bytes,
        reason=f"asked for, received {moment(asked.received_at)}; it waits for its turn",
    )
