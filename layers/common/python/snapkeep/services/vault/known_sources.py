"""What the journal remembers of sources: how many copies each has, and which of them the config no longer
names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import timedelta

from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.copies.places import KnownPlace
from snapkeep.domain.points import Snapshot
from snapkeep.domain.troubles import Topic, TroubleKind
from snapkeep.domain.vault.vault import Vault, VaultSource
from snapkeep.ports.clock import Clock
from snapkeep.ports.copies import CopyRecords
from snapkeep.ports.ec2 import Snapshots
from snapkeep.services.copies.place_copies import PlaceCopies
from snapkeep.services.copies.troubles.compared import CompareCopies
from snapkeep.services.tell_troubles import TellTroubles
from snapkeep.services.vault.source_turn import SourceTurn

MANY = 5_000
"""From so many copies on, only the schedule takes turns for a source: each turn lists them all, which costs a
DescribeSnapshots call per thousand, and events may arrive every few seconds."""

COUNT_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class KnownSources:
    """Remembers sources as places; `snapshots` are all of the vault's, `comparer_of` finds lost copies."""

    vault: Vault
    snapshots: Snapshots
    records: CopyRecords
    comparer_of: Callable[[VaultSource], CompareCopies]
    tell_troubles: TellTroubles
    clock: Clock

    def remember(self, turn: SourceTurn, listed: PlaceCopies) -> None:
        """Journal how many copies a source has, and once a day compare what the journal knows with them."""
        now, place = self.clock(), turn.place
        key = (place.name, place.region)
        there = (each for each in self.records.places() if (each.name, each.region) == key)
        known = next(there, KnownPlace(*key, now, now))
        known = replace(known, last_seen=now, listed=len(listed.copies), listed_at=now)
        comparer = self.comparer_of(turn.source)
        if comparer.is_due(known) and comparer.run(turn, listed, about=place.name):
            self._tell_elsewhere(turn.source)
            known = replace(known, compared_at=now)
        self.records.write_place(known)

    def large(self) -> Collection[str]:
        """The names of sources with so many copies that only the schedule lists them."""
        return {each.name for each in self.records.places() if each.listed >= MANY}

    def tell_left(self) -> None:
        """Tell of sources that left the config while their copies are here; one without any is forgotten a
        day later, because what it began last may not show at once."""
        named = {source.name for source in self.vault.sources}
        now = self.clock()
        for known in self.records.places():
            if known.name in named:
                self._welcome(known)
                continue
            if known.counted_at is None or now - known.counted_at >= COUNT_EVERY:
                known = replace(known, copies=self._count(known.name), counted_at=now)
                self.records.write_place(known)
            if not known.copies and now - known.last_seen >= COUNT_EVERY:
                self.records.forget_place(known.name, known.region)
            reason = (
                f"copies of {known.name}, which the config no longer names: {known.copies:,}. Nothing prunes "
                "them; add the source to the config again so that they expire by its retention, or delete "
                "them by hand"
            )
            self.tell_troubles.tell(_left(known), {known.name: reason} if known.copies else {})

    def _welcome(self, known: KnownPlace) -> None:
        """End what was told of a source that is back, so that it is told anew when it leaves again."""
        if known.counted_at is not None:
            self.tell_troubles.tell(_left(known), {})
            self.records.write_place(replace(known, copies=0, counted_at=None))

    def _tell_elsewhere(self, source: VaultSource) -> None:
        """Tell of copies that carry the source's name, and were made when it was another deployment."""
        found = self.snapshots.find(copy_tags.found_by(source.name))
        copies = Counter(_home_of(each) for each in found if not _is_of(source, each))
        reasons = {
            f"{source.name} of {home}": f"copies of {source.name} that were made when it was {home}: "
            f"{count:,}. Nothing prunes or shows them; delete them by hand when nobody needs them"
            for home, count in sorted(copies.items())
        }
        self.tell_troubles.tell(as_it_was(source), reasons)

    def _count(self, name: str) -> int:
        """Copies in every state: one in progress will stay, too."""
        return sum(1 for _ in self.snapshots.find(copy_tags.found_by(name)))


def as_it_was(source: VaultSource) -> Topic:
    """What is told of copies from before a source became another deployment."""
    return Topic(TroubleKind.COPIES_LEFT, "", f"{source.name} before it changed")


def _left(known: KnownPlace) -> Topic:
    return Topic(TroubleKind.COPIES_LEFT, "", known.name)


def _is_of(source: VaultSource, copy: Snapshot) -> bool:
    is_anothers = tags.is_anothers(copy.tags, source.deployment)
    return not is_anothers and not copy_tags.is_from_elsewhere(copy, source.home)


def _home_of(copy: Snapshot) -> str:
    deployment, whence = (copy.tags.get(key, "unknown") for key in (tags.DEPLOYMENT, copy_tags.COPY_FROM))
    return f"deployment {deployment} in {whence}"
