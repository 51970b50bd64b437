"""How many copies a source may begin now, of those that EC2 lets the vault have in progress."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from snapkeep.domain import tags
from snapkeep.domain.copies.places import IN_FLIGHT
from snapkeep.domain.copies.queue import room
from snapkeep.domain.copies.tags import COPY, PLACE
from snapkeep.domain.points import SnapshotState
from snapkeep.domain.retention.periods import EVER
from snapkeep.domain.vault.asked import StoredRequest
from snapkeep.domain.vault.fairness import Demand, share_of
from snapkeep.domain.vault.vault import Vault, VaultSource
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.vaults import VaultRequests


@dataclass(frozen=True, slots=True)
class SharePlaces:
    """Counts what all sources have in progress and what they wait for; `snapshots` are all of the vault's."""

    vault: Vault
    snapshots: Snapshots
    requests: VaultRequests

    def free(self, source: VaultSource, in_flight: int, waiting: Sequence[StoredRequest]) -> int:
        """How many copies a source that has so many in progress, and for which these wait, may begin now.

        Another source's turn may count at the same moment: EC2's limit is higher than ours.
        """
        pending = self.snapshots.find({tags.MANAGED: COPY}, state=SnapshotState.PENDING)
        there = Counter(snapshot.tags.get(PLACE, "") for snapshot in pending)
        there[source.name] = max(there[source.name], in_flight)
        demands = [_demand(source.name, in_flight, waiting)]
        for other in self.vault.sources:
            if other.name != source.name:
                kept = list(islice(self.requests.waiting(other.name), there[other.name] + IN_FLIGHT))
                demands.append(_demand(other.name, there[other.name], kept[there[other.name] :]))
        return share_of(source.name, demands, room(there.total()))


def _demand(source: str, in_flight: int, waiting: Sequence[StoredRequest]) -> Demand:
    """What a source waits for. The requests of its copies in progress are kept, too, and not counted."""
    since = min((each.received_at for each in waiting), default=EVER)
    return Demand(source, in_flight, len(waiting), since)
