"""Reports recovery points whose snapshots were deleted in EC2, and not by Snapkeep."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain.points import Snapshot
from snapkeep.domain.report.catalogue import Entry, entry_of
from snapkeep.domain.times import moment
from snapkeep.domain.troubles import Topic, Trouble, TroubleKind
from snapkeep.ports.clock import Clock
from snapkeep.ports.deletions import Deletions
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.troubles import Troubles
from snapkeep.services.tell_troubles import TellTroubles

REMINDED_FOR = timedelta(days=28)
"""How long people are reminded of a loss, which cannot be undone."""


@dataclass(frozen=True, slots=True)
class Looked:
    """Entries that EC2 shows after all, and those whose snapshots somebody else deleted."""

    there: frozenset[Entry]
    lost: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class TellLost:
    """Announces losses by claim, each once and then weekly for four weeks, unless the points come back."""

    snapshots: Snapshots
    deletions: Deletions
    troubles: Troubles
    tell_troubles: TellTroubles
    clock: Clock

    def look(self, unlisted: Sequence[Entry]) -> Looked:
        """What became of entries that a listing did not show: a snapshot that completed while EC2 was listed
        is there, and one that only lost its tags is not lost.

        Raises SnapkeepError when EC2 or the journal does not answer.
        """
        unasked = [entry for entry in unlisted if not self.deletions.knows_deletion(entry.snapshot_id)]
        found: Mapping[str, Snapshot] = {}
        if unasked:
            found = self.snapshots.get_many([entry.snapshot_id for entry in unasked])
        return Looked(
            there=frozenset(entry for entry in unasked if _shows(found.get(entry.snapshot_id), entry)),
            lost=tuple(entry for entry in unasked if entry.snapshot_id not in found),
        )

    def tell(self, cluster: str, lost: Sequence[Entry], back: Sequence[Entry]) -> None:
        """Announce entries that were `lost`; reminders of those that are `back` end.

        Raises SnapkeepError when the journal does not answer.
        """
        topic = Topic(TroubleKind.POINTS_LOST, cluster, "recovery points deleted in EC2")
        returned = {_claim(entry) for entry in back}
        lasting = {
            name: trouble.reason
            for name, trouble in self.troubles.troubles(topic).items()
            if name.rpartition(" of ")[0] not in returned and not self._is_history(trouble)
        }
        self.tell_troubles.tell(topic, lasting | dict(_by_claim(lost)))

    def _is_history(self, trouble: Trouble) -> bool:
        return abs(self.clock() - trouble.since) > REMINDED_FOR


def _shows(snapshot: Snapshot | None, entry: Entry) -> bool:
    return snapshot is not None and entry_of(snapshot) == entry


def _by_claim(lost: Sequence[Entry]) -> Iterator[tuple[str, str]]:
    """A subject and a reason for each claim; a loss that is found twice after a crash has the same
    subject.
    """
    claims: dict[str, list[Entry]] = defaultdict(list)
    for entry in lost:
        claims[_claim(entry)].append(entry)
    for claim, entries in claims.items():
        newest = max(entries, key=lambda entry: entry.slot)
        many = "its snapshot" if len(entries) == 1 else f"{len(entries)} snapshots, such as"
        was = "was" if len(entries) == 1 else "were"
        yield (
            f"{claim} of {moment(newest.slot)}",
            f"{many} {newest.snapshot_id} {was} deleted in EC2, and not by Snapkeep",
        )


def _claim(entry: Entry) -> str:
    return f"{entry.namespace}/{entry.claim}"
