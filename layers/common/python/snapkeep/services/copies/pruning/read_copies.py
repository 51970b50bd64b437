"""Reads the copies of a cluster's points in a place for prune."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.copies.copies import Copy, CopyState, read_copy
from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.records import CopyStage
from snapkeep.domain.copies.retention import sort_copies
from snapkeep.domain.points import Snapshot
from snapkeep.domain.retention.deletion.deletions import LastPrune
from snapkeep.domain.retention.snapshot_tags import Unreadable
from snapkeep.ports.copies import CopyRecords
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.prunes import Prunes
from snapkeep.services.copies.place_copies import PlaceCopies, key_of, sorted_out
from snapkeep.services.copies.pruning.rules_there import RulesThere
from snapkeep.services.retention.listing import LONGEST_GAP, Found
from snapkeep.services.retention.read_cluster import Reading, strange
from snapkeep.services.retention.report import Progress


@dataclass(frozen=True, slots=True)
class ReadCopies:
    """Reads copies; a rehearsal writes nothing meanwhile. `snapshots` are those of the place's Region, as its
    listings show them; those may lag by `consistency_wait`."""

    place: Place
    cluster: str
    rules: RulesThere
    snapshots: Snapshots
    records: CopyRecords
    prunes: Prunes
    consistency_wait: timedelta

    def read(self, now: datetime, progress: Progress) -> Reading:
        """Everything that the plan for these copies is based on."""
        listed = self._listed()
        copies = {copy.snapshot_id: copy for copy in listed.copies}
        last = self.prunes.last_prune(progress.cluster)
        new, since = self._new(copies, last, now)
        unknown = self.rules.unknown([copies[name] for name in sorted(new)], now)
        sorted_ = sort_copies(listed.copies, self.place, journaled=self._journaled(listed.copies))
        found = Found(
            lineages={(key.whose, key.policy): some for key, some in sorted_.lineages.items()},
            unreadable=[*listed.unreadable, *sorted_.unreadable],
            pending=sorted_.pending,
            labels=sorted_.labels,
            away=sorted_.away,
            new=new - unknown,
            since=since,
            strange=unknown,
            leftovers=sorted_.leftovers,
            points=sorted_.points,
        )
        progress.notes += strange(found)
        return Reading(found, self.rules.in_force(found, now, progress), self.rules.gone())

    def _listed(self) -> PlaceCopies:
        """The copies that EC2 shows."""
        wanted = copy_tags.found_by(self.place.name) | {tags.CLUSTER: self.cluster}
        return sorted_out(
            read_copy(snapshot) if copy_tags.COPY_FROM in snapshot.tags else _of_nowhere(snapshot)
            for snapshot in self.snapshots.find(wanted)
        )

    def _new(
        self, copies: Mapping[str, Copy], last: LastPrune | None, now: datetime
    ) -> tuple[frozenset[str], datetime | None]:
        """The copies (ids) that became ready since the last prune, and when that was, if it is known."""
        if last is None or last.at > now:
            return frozenset(), None
        since = max(last.at - self.consistency_wait, now - LONGEST_GAP)
        recent = [copy for copy in copies.values() if copy.started_at > now - LONGEST_GAP]
        new = (copy.snapshot_id for copy in recent if copy.started_at > since)
        ended = (copy.snapshot_id for copy in recent if copy.snapshot_id in last.pending)
        return frozenset((*new, *ended)), since

    def _journaled(self, copies: Sequence[Copy]) -> Mapping[str, CopyStage]:
        """The stages of the records that name failed, second and cancelled copies (ids), or the copies of the
        same points that count instead."""
        some = [copy for copy in copies if copy.state is CopyState.FAILED or copy.duplicate or copy.cancelled]
        records = self.records.copies(self.place.name, [key_of(copy) for copy in some]) if some else {}
        points = {copy.snapshot_id: key_of(copy) for copy in copies}
        found = {}
        for copy in some:
            record = records.get(key_of(copy))
            in_doubt = record is not None and not record.snapshot_id and copy.state is CopyState.FAILED
            if record is not None and (record.snapshot_id == copy.snapshot_id or in_doubt):
                found[copy.snapshot_id] = record.stage
            elif record is not None and points.get(record.snapshot_id) == key_of(copy):
                found[record.snapshot_id] = record.stage
        return found


def _of_nowhere(snapshot: Snapshot) -> Unreadable:
    return Unreadable(snapshot.id, f"its tag {copy_tags.COPY_FROM}, which says whose copy it is, is missing")
