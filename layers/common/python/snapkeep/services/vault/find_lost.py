"""Copies of a source that were complete and are gone, although nothing of ours deleted them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from snapkeep.domain.copies.copies import Copy, CopyState, read_copy
from snapkeep.domain.copies.records import CopyRecord, CopyStage
from snapkeep.domain.copies.tags import COPY_FROM, is_from_elsewhere, whence_of
from snapkeep.ports.deletions import Deletions
from snapkeep.services.copies.place_copies import PlaceCopies
from snapkeep.services.copies.settle_copies import GONE_AFTER
from snapkeep.services.copies.troubles.found import Found
from snapkeep.services.vault.source_turn import SourceTurn

EVERY = timedelta(hours=1)
TURN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class FindLostCopies:
    """Compares the journal, which remembers 90 days of copies, with EC2's listing."""

    deletions: Deletions

    def run(self, turn: SourceTurn, listed: PlaceCopies, now: datetime) -> Found | None:
        """What is missing, by claim; None when this turn does not look, because each hour one does: it reads
        every record of the source."""
        if now.timestamp() % EVERY.total_seconds() >= TURN_EVERY.total_seconds():
            return None
        found = Found()
        for cluster in turn.source.clusters:
            for record in turn.records.copies_of(turn.place.name, cluster):
                reason = self._fate(turn, listed, record, now)
                if reason:
                    found.add(cluster, claim_of(record), reason, at_once=True)
        return found

    def _fate(self, turn: SourceTurn, listed: PlaceCopies, record: CopyRecord, now: datetime) -> str:
        """What became of a complete copy; "" for one that is there, too new to tell, or pruned."""
        name = record.snapshot_id
        is_old = now - (record.ended_at or record.taken) >= GONE_AFTER
        if record.stage is not CopyStage.READY or not is_old:
            return ""
        copy = listed.by_id.get(name)
        if copy is not None and copy.state is not CopyState.DELETING:
            return ""
        if self.deletions.knows_deletion(name):
            return ""
        snapshot = None if copy else turn.snapshots.get(name)
        if snapshot is None:
            what = "is in the Recycle Bin" if copy else "was deleted in EC2"
            return f"{name} {what}, and Snapkeep did not delete it"
        if is_from_elsewhere(snapshot, turn.source.home):
            home = whence_of(snapshot, turn.source.home)
            return f"{name} is hidden: its tag {COPY_FROM} says {snapshot.tags.get(COPY_FROM)}, not {home}"
        read = read_copy(snapshot)
        return f"{name} is hidden: {'its tags changed' if isinstance(read, Copy) else read.reason}"


def claim_of(record: CopyRecord) -> str:
    """What people know the claim of a record by, under its policy."""
    return f"{record.namespace}/{record.claim} ({record.policy})"
