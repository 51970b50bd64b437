"""A turn of a vault for one source: what ended is settled, then what waits is answered, begun or put off."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from snapkeep.domain.copies.records import CopyRecord
from snapkeep.ports.vaults import VaultRequests
from snapkeep.services.copies.place_copies import PlaceCopies, read_place
from snapkeep.services.copies.settle_copies import SettleCopies
from snapkeep.services.vault.begin_copies import BeginCopies
from snapkeep.services.vault.known_sources import KnownSources
from snapkeep.services.vault.source_turn import SourceTurn
from snapkeep.services.vault.stand import StandRequests, ToBegin
from snapkeep.services.vault.tell_vault import TellVault

MOST_LOOKED_AT = 200
"""How many requests of a source a turn looks at: one DescribeSnapshots call shows as many. A source asks for
15 at a time, so more is a flood, which waits."""


@dataclass(frozen=True, slots=True)
class PullFrom:
    """Works for one source, under the lease of its place. The listing under the lease shows no copy of what
    is begun, so nobody else can have made one unless an intent says so."""

    requests: VaultRequests
    settler: SettleCopies
    stand: StandRequests
    beginner: BeginCopies
    teller: TellVault
    known: KnownSources

    def run(self, turn: SourceTurn) -> None:
        """One turn."""
        listed = read_place(turn.snapshots, turn.place)
        begun = self.settler.run(turn, listed)
        asked = list(islice(self.requests.waiting(turn.source.name), MOST_LOOKED_AT))
        records = turn.records.copies(turn.place.name, [each.key for each in asked]) if asked else {}
        to_begin: list[ToBegin] = []
        for each in asked:
            with turn.part(each.request.point):
                found = self.stand.run(turn, each, listed, records.get(each.key))
                to_begin += [found] if found else []
        limit = ""
        with turn.part("new copies"):
            limit = self.beginner.run(turn, to_begin, listed, _in_progress(begun, listed))
        self.teller.run(turn, listed, limit)
        with turn.part("copies that are gone"):
            self.known.remember(turn, listed)

    def tell_refused(self, turn: SourceTurn) -> None:
        """A turn for a source of which nothing but unreadable messages arrived: it costs no listing."""
        self.teller.refused(turn)


def _in_progress(still_open: list[CopyRecord], listed: PlaceCopies) -> int:
    """Copies that EC2 may be working on: those that it shows, and those that only the journal knows."""
    shown = {each.snapshot_id for each in listed.pending}
    return len(shown) + sum(not each.snapshot_id or each.snapshot_id not in shown for each in still_open)
