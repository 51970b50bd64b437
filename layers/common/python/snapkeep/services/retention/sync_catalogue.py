"""Syncs the catalogue with a complete listing of EC2, which restores lost entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from snapkeep.domain.points import Snapshot
from snapkeep.domain.report.catalogue import Entry, entry_of
from snapkeep.domain.retention.deletion.absences import Absence
from snapkeep.ports.catalogue import Catalogue
from snapkeep.ports.deletions import Absences
from snapkeep.services.retention.deletion.tell_lost import TellLost

EVERY = timedelta(minutes=50)
"""Often enough to repair missed events, rarely enough not to read everything after every run."""


@dataclass(slots=True)
class SyncCatalogue:
    """Collects what a listing shows, and writes the missing entries once the listing is complete.

    `tell_lost` gives what announces losses.
    """

    catalogue: Catalogue
    absences: Absences
    tell_lost: Callable[[], TellLost]
    cluster: str
    now: datetime
    _listed: dict[str, Entry] = field(default_factory=dict)

    def is_due(self) -> bool:
        """True when the catalogue was not compared recently."""
        last = self.catalogue.catalogue_complete_since(self.cluster)
        return last is None or not self.now - EVERY < last <= self.now

    def watch(self, snapshots: Iterable[Snapshot]) -> Iterator[Snapshot]:
        """The same snapshots, recorded on the way; errors of the listing pass through."""
        for snapshot in snapshots:
            entry = entry_of(snapshot)
            if entry is not None:
                self._listed[entry.place] = entry
            yield snapshot

    def finish(self, lag: timedelta, *, is_old: bool = False) -> tuple[int, int]:
        """Write missing entries and remove those that are gone; returns both counts.

        Call it only after the listing was read to its end. An entry younger than `lag` may be missing in
        EC2's listings, and stays, as does one that EC2 shows when asked for it. What Snapkeep did not delete
        is announced, unless the journal `is_old`: a copy from before deletions does not know them.
        """
        unlisted = []
        for entry in self.catalogue.all_entries(self.cluster):
            known = self._listed.pop(entry.place, None)
            if known is None and entry.slot < self.now - lag:
                unlisted.append(entry)
        tell_lost = self.tell_lost()
        looked = tell_lost.look(unlisted)
        gone = [entry for entry in unlisted if entry not in looked.there]
        if gone:  # it may be in the Recycle Bin, and come back
            self.absences.write_absences([Absence(entry.snapshot_id, self.now) for entry in gone])
        missing = list(self._listed.values())
        if not is_old:  # before the entries are removed: after a crash they are found again
            tell_lost.tell(self.cluster, looked.lost, missing)
        self.catalogue.put_entries(self.cluster, missing)
        self.catalogue.remove_entries(self.cluster, gone)
        self.catalogue.mark_catalogue_complete(self.cluster, self.now)
        return len(missing), len(gone)
