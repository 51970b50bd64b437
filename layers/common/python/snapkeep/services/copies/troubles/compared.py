"""Complete copies that are gone although nothing asks for them any more: their points were pruned.

A claim's older copies are what a place is for, so all of them are compared with what EC2 lists, every day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from snapkeep.domain.copies.copies import Copy, CopyState
from snapkeep.domain.copies.places import KnownPlace
from snapkeep.domain.copies.records import CopyRecord, CopyStage
from snapkeep.domain.points import Snapshot
from snapkeep.domain.retention.snapshot_tags import IN_BIN
from snapkeep.domain.troubles import Topic, TroubleKind
from snapkeep.ports.clock import Clock
from snapkeep.ports.deletions import Deletions
from snapkeep.services.copies.place_copies import PlaceCopies, PointKey
from snapkeep.services.copies.settle_copies import GONE_AFTER
from snapkeep.services.copies.turn import Turn
from snapkeep.services.tell_troubles import TellTroubles

EVERY = timedelta(days=1)

MOST = 500
"""How many records one turn notes as gone; the next turn continues."""

RECENT = timedelta(days=7)
"""How new a copy is that no journal lacks but one from an old copy."""

REMINDED_FOR = timedelta(days=28)
"""How long people are reminded of a loss, which cannot be undone."""

OF_OLD_COPY = "and the journal, which is from an old copy, does not say whether prune did it"


@dataclass(frozen=True, slots=True)
class CompareCopies:
    """Compares the journal's complete copies with a listing of their place, for these clusters."""

    clusters: Sequence[str]
    deletions: Deletions
    tell_troubles: TellTroubles
    clock: Clock

    def is_due(self, known: KnownPlace) -> bool:
        """True once a day."""
        return known.compared_at is None or abs(self.clock() - known.compared_at) >= EVERY

    def run(
        self, turn: Turn, listed: PlaceCopies, wanted: Collection[PointKey] = (), *, about: str = ""
    ) -> bool:
        """Tell which copies are gone and were not pruned, except those of `wanted` points, of which others
        tell; `about` is what the event says that they are. False when some are still to be compared."""
        about = about or f"copies in {turn.place.name} whose points are gone"
        whole = True
        for cluster in self.clusters:
            with turn.part(f"lost copies of {cluster}"):
                gone, by_whom = self._gone(turn, listed, cluster, wanted)
                self._tell(turn, listed, Topic(TroubleKind.COPIES_LOST, cluster, about), gone[:MOST], by_whom)
                whole = whole and len(gone) <= MOST
        return whole

    def _gone(
        self, turn: Turn, listed: PlaceCopies, cluster: str, wanted: Collection[PointKey]
    ) -> tuple[Sequence[CopyRecord], str]:
        """The complete copies of a cluster that the listing lacks, and who deleted those that prune did not,
        by what the journal knows."""
        now, known = self.clock(), set(wanted)
        shown = {each.snapshot_id for each in listed.copies if each.state is not CopyState.DELETING}
        shown |= {each.snapshot_id for each in listed.unreadable}
        named: set[str] = set()
        gone: list[CopyRecord] = []
        for record in turn.records.copies_of(turn.place.name, cluster):
            named.add(record.snapshot_id)
            is_old = now - (record.ended_at or record.taken) >= GONE_AFTER
            is_new = record.stage is CopyStage.READY and record.gone_at is None and turn.is_here(record)
            is_told = record.snapshot_id in shown or (record.cluster, record.point_id) in known
            if is_new and is_old and not is_told:
                gone.append(record)
        is_old = self._lacks_a_recent_one(listed, cluster, named)
        return gone, OF_OLD_COPY if is_old else "and not by Snapkeep"

    def _lacks_a_recent_one(self, listed: PlaceCopies, cluster: str, named: Collection[str]) -> bool:
        """True when no record names a recent copy: the journal is from an old copy of itself."""
        now = self.clock()
        for copy in listed.copies:
            is_recent = copy.claim.cluster == cluster and GONE_AFTER < now - copy.started_at < RECENT
            if is_recent and copy.is_good and copy.snapshot_id not in named:
                return True
        return False

    def _tell(
        self, turn: Turn, listed: PlaceCopies, topic: Topic, gone: Sequence[CopyRecord], by_whom: str
    ) -> None:
        """Tell of losses before they are noted: after a crash they are found again."""
        there = turn.snapshots.get_many([each.snapshot_id for each in gone]) if gone else {}
        found = dict(self._remembered(topic, listed)) | dict(self._lost(gone, there, by_whom))
        self.tell_troubles.tell(topic, found)
        for record in gone:
            if not _is_there(there.get(record.snapshot_id)):
                turn.write(replace(record, gone_at=self.clock()))

    def _lost(
        self, gone: Sequence[CopyRecord], there: Mapping[str, Snapshot], by_whom: str
    ) -> Iterator[tuple[str, str]]:
        for record in gone:
            name = record.snapshot_id
            if _is_there(there.get(name)):
                yield record.subject, f"{name} is hidden: its tags no longer say that it is a copy there"
            elif not self.deletions.knows_deletion(name):
                where = "is in the Recycle Bin" if name in there else "was deleted in EC2"
                yield record.subject, f"{name} {where}, {by_whom}"

    def _remembered(self, topic: Topic, listed: PlaceCopies) -> Iterator[tuple[str, str]]:
        """The losses that people are still reminded of, unless the copies came back."""
        back = {_subject(each) for each in listed.copies}
        for trouble in self.tell_troubles.troubles.troubles(topic).values():
            if trouble.subject not in back and abs(self.clock() - trouble.since) <= REMINDED_FOR:
                yield trouble.subject, trouble.reason


def _is_there(snapshot: Snapshot | None) -> bool:
    return snapshot is not None and snapshot.state not in IN_BIN


def _subject(copy: Copy) -> str:
    """The copy's name for people, as its record has it."""
    return f"{copy.claim.namespace}/{copy.claim.name} ({copy.policy}, {copy.point_id})"
