"""Bringing the catalogue in line with a complete listing of EC2: whatever was lost is there again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from snapkeep.domain.points import Snapshot
from snapkeep.domain.report.catalogue import Entry, entry_of
from snapkeep.domain.retention.deletion.absences import Absence
from snapkeep.ports.journal import Journal

EVERY = timedelta(minutes=50)
"""Often enough to heal what an event missed, seldom enough not to read it all after every run."""


@dataclass(slots=True)
class SyncCatalogue:
    """Remembers what a listing shows, and writes what the catalogue lacks once the listing was complete."""

    journal: Journal
    cluster: str
    now: datetime
    _listed: dict[str, Entry] = field(default_factory=dict)

    def is_due(self) -> bool:
        """True when the catalogue was not compared lately."""
        last = self.journal.catalogue.catalogue_complete_since(self.cluster)
        return last is None or not self.now - EVERY < last <= self.now

    def watch(self, snapshots: Iterable[Snapshot]) -> Iterator[Snapshot]:
        """The same snapshots; a listing that fails passes its error on."""
        for snapshot in snapshots:
            entry = entry_of(snapshot)
            if entry is not None:
                self._listed[entry.place] = entry
            yield snapshot

    def finish(self, lag: timedelta) -> tuple[int, int]:
        """Write what is missing and forget what is gone; returns how many of each.

        Only to be called when the listing was read to its end. An entry younger than `lag` may be missing
        in EC2's listings, and stays.
        """
        gone = []
        for entry in self.journal.catalogue.all_entries(self.cluster):
            known = self._listed.pop(entry.place, None)
            if known is None and entry.slot < self.now - lag:
                gone.append(entry)
        if gone:  # one may lie in the Recycle Bin, and come back
            self.journal.absences.write_absences([Absence(entry.snapshot_id, self.now) for entry in gone])
        missing = list(self._listed.values())
        self.journal.catalogue.put_entries(self.cluster, missing)
        self.journal.catalogue.remove_entries(self.cluster, gone)
        self.journal.catalogue.mark_catalogue_complete(self.cluster, self.now)
        return len(missing), len(gone)
