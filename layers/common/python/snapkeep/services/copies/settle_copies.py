"""Settles copies that were started, by their state in EC2, whichever events were lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from snapkeep.domain import tags
from snapkeep.domain.backup.creation import wait_before_retry
from snapkeep.domain.copies.copies import Copy, CopyState, read_copy
from snapkeep.domain.copies.records import CopyRecord, CopyStage, new_record
from snapkeep.domain.copies.terms import CopyTerms
from snapkeep.domain.retention.snapshot_tags import Unreadable
from snapkeep.ports.clock import Clock
from snapkeep.ports.news import CopyNews
from snapkeep.services.copies.lock_copy import lock_copy
from snapkeep.services.copies.originals import Originals
from snapkeep.services.copies.place_copies import PlaceCopies, PointKey, key_of
from snapkeep.services.copies.requests.mark_cancelled import mark_cancelled
from snapkeep.services.copies.turn import Turn

GONE_AFTER = timedelta(hours=2)
"""A copy that EC2 made and has not shown for this long was deleted. Describes lag by minutes, and another
copy would cost as much as the first."""

NOTHING_MADE = "no copy appeared after the answer of CopySnapshot was lost"


@dataclass(frozen=True, slots=True)
class SettleCopies:
    """Updates open records to what EC2 shows. `consistency_wait` is how long EC2 may lag."""

    terms: CopyTerms
    originals: Originals
    consistency_wait: timedelta
    news: CopyNews
    clock: Clock

    def run(self, turn: Turn, listed: PlaceCopies) -> list[CopyRecord]:
        """Settle every copy that was started; returns the records that are still open."""
        begun = [each for each in turn.records.open_copies(turn.place.name) if turn.is_here(each)]
        found = {(each.cluster, each.point_id): each for each in begun}
        found |= self._unknown(turn, listed, found)
        still_open = []
        for key, record in found.items():
            with turn.part(record.subject):
                found[key] = self._settle(turn, record, listed)
            if found[key].stage.is_open:
                still_open.append(found[key])
        with turn.part("duplicates"):
            self._mark_duplicates(turn, listed)
        with turn.part("applying events"):
            _note_incremental(turn, listed)
        return still_open

    def _unknown(
        self, turn: Turn, listed: PlaceCopies, known: dict[PointKey, CopyRecord]
    ) -> dict[PointKey, CopyRecord]:
        """Records of new copies that no open record names: the journal was lost, an index lags, or EC2 showed
        the copy only after the search for it was over. Those may have completed without their lock."""
        new = [each for each in listed.copies if self.clock() - each.started_at < GONE_AFTER]
        some = {key_of(each): each for each in [*new, *listed.pending] if each.is_there}
        unknown = {key: copy for key, copy in some.items() if key not in known}
        if not unknown:
            return {}
        records = turn.records.copies(turn.place.name, list(unknown))
        found = {}
        for key, copy in unknown.items():
            rule = self.terms.asking(turn.place.name, copy.policy)
            record = records.get(key) or new_record(turn.place, copy.source, rule)
            if record.stage is not CopyStage.READY:
                found[key] = record
        return found

    def _settle(self, turn: Turn, record: CopyRecord, listed: PlaceCopies) -> CopyRecord:
        copies = listed.by_point.get((record.cluster, record.point_id), [])
        if copies and _stands(copies[0], record, listed):
            record = turn.write(record.started(copies[0].snapshot_id, copies[0].started_at))
        elif not record.snapshot_id:
            return self._in_doubt(turn, record)
        copy = listed.by_id.get(record.snapshot_id) or self._described(turn, record.snapshot_id)
        if copy is None:
            return self._missing(turn, record)
        if isinstance(copy, Unreadable):
            return self._failed(turn, record, f"{record.snapshot_id} is no longer a copy: {copy.reason}")
        if record.cancelled_by and copy.state in (CopyState.PENDING, CopyState.READY):
            record = mark_cancelled(turn, record, self.clock())
            if record.stage is CopyStage.CANCELLED:
                self.originals.let_go(record.source, record.place)
                return record
        if copy.state is CopyState.PENDING:
            return self._pending(turn, record)
        if copy.state is CopyState.READY:
            return self._ready(turn, record)
        reason = f"EC2 failed {copy.snapshot_id}: {copy.message or 'it gave no reason'}{_fix(copy)}"
        if copy.state is CopyState.DELETING:
            reason = f"{copy.snapshot_id} was deleted and is in the Recycle Bin"
        return self._failed(turn, record, reason)

    def _described(self, turn: Turn, snapshot_id: str) -> Copy | Unreadable | None:
        snapshot = turn.snapshots.get(snapshot_id)
        return read_copy(snapshot) if snapshot else None

    def _in_doubt(self, turn: Turn, record: CopyRecord) -> CopyRecord:
        """CopySnapshot may have been called; only after several searches is it certain that it made
        nothing.
        """
        record = turn.write(record.not_found(self.clock()))
        wait = wait_before_retry(record, self.consistency_wait, self.clock())
        if wait.total_seconds() > 0:
            turn.report.later[record.point_id] = "an earlier CopySnapshot may still have made a copy"
            return record
        if record.cancelled_by:
            self.originals.let_go(record.source, record.place)
            return turn.write(record.dropped(self.clock(), NOTHING_MADE))
        return turn.write(record.refused(NOTHING_MADE))

    def _missing(self, turn: Turn, record: CopyRecord) -> CopyRecord:
        began = record.started_at or record.taken
        if self.clock() - began < GONE_AFTER:
            turn.report.later[record.point_id] = f"EC2 does not show {record.snapshot_id}"
            return record
        return self._failed(turn, record, f"EC2 has no snapshot {record.snapshot_id}: somebody deleted it")

    def _pending(self, turn: Turn, record: CopyRecord) -> CopyRecord:
        reason = lock_copy(turn, self.terms, record)
        return record if reason == record.lock_reason else turn.write(replace(record, lock_reason=reason))

    def _ready(self, turn: Turn, record: CopyRecord) -> CopyRecord:
        reason = lock_copy(turn, self.terms, record)
        incremental = turn.incremental.get(record.snapshot_id, record.incremental)
        ready = replace(record, incremental=incremental).ready(self.clock(), reason)
        self.news.copy_ready(ready)
        ready = turn.write(ready)
        turn.report.ready.append(record.point_id)
        self.originals.let_go(ready.source, ready.place)
        return ready

    def _failed(self, turn: Turn, record: CopyRecord, reason: str) -> CopyRecord:
        if record.cancelled_by:
            self.originals.let_go(record.source, record.place)
            return turn.write(record.dropped(self.clock(), reason))
        failed = record.failed(reason, self.clock())
        self.news.copy_failed(failed)
        failed = turn.write(failed)
        turn.report.failed[record.point_id] = reason
        self.originals.let_go(failed.source, failed.place)
        return failed

    def _mark_duplicates(self, turn: Turn, listed: PlaceCopies) -> None:
        """Of several copies of one point a complete one counts, of those the journaled one, or the oldest."""
        twins = {key: copies for key, copies in listed.by_point.items() if len(copies) > 1}
        if not twins:
            return
        records = turn.records.copies(turn.place.name, list(twins))
        for key, copies in twins.items():
            counted = _counted(copies, records.get(key))
            for copy in copies:
                if copy is not counted:
                    turn.snapshots.add_tags(copy.snapshot_id, {tags.DUPLICATE: "true"})
                    turn.report.duplicates.append(copy.snapshot_id)


def _note_incremental(turn: Turn, listed: PlaceCopies) -> None:
    """Journal what events say about copies that were settled before their event arrived."""
    named = {name: key_of(listed.by_id[name]) for name in turn.incremental if name in listed.by_id}
    records = turn.records.copies(turn.place.name, list(named.values())) if named else {}
    for name, key in named.items():
        record = records.get(key)
        settled = record is not None and record.snapshot_id == name and record.stage is CopyStage.READY
        if record is not None and settled and record.incremental is None:
            turn.write(replace(record, incremental=turn.incremental[name]))


def _fix(copy: Copy) -> str:
    """What to do about EC2's message, which names neither the key nor the snapshot."""
    if "key" in copy.message.lower():
        return (
            f". Enable {copy.key or 'the kms_key of the place'} and let its policy and that of the key of "
            f"{copy.source_snapshot} allow this account"
        )
    if "source snapshot" in copy.message.lower():
        return f": {copy.source_snapshot} was deleted while it was copied; the next point is copied as usual"
    return ""


def _stands(first: Copy, record: CopyRecord, listed: PlaceCopies) -> bool:
    """True when the first copy of a record's point stands for it, instead of the copy that the record names:
    that one cannot become ready any more, or is still in progress while the first is complete."""
    if not record.snapshot_id:
        return True
    named = listed.by_id.get(record.snapshot_id)
    if named is None or named is first:
        return False
    is_over = named.duplicate or named.state in (CopyState.FAILED, CopyState.DELETING)
    return is_over or (first.state is CopyState.READY and named.state is CopyState.PENDING)


def _counted(copies: Sequence[Copy], record: CopyRecord | None) -> Copy:
    named = [copy for copy in copies if record and copy.snapshot_id == record.snapshot_id]
    return named[0] if named and named[0].state is copies[0].state else copies[0]
