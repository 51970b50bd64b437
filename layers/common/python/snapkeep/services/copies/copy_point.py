"""Begins the copy of one point: hold the source, journal the intent, copy, lock, journal the outcome."""

from __future__ import annotations

from dataclasses import dataclass, replace

from snapkeep.domain.copies.copies import Source
from snapkeep.domain.copies.description import description_of
from snapkeep.domain.copies.places import Home
from snapkeep.domain.copies.records import CopyRecord, new_record
from snapkeep.domain.copies.tags import copy_tags
from snapkeep.domain.copies.terms import CopyTerms
from snapkeep.domain.errors import NotFound, PermanentError, TemporaryError, Throttled
from snapkeep.domain.points import Snapshot
from snapkeep.ports.clock import Clock
from snapkeep.ports.news import CopyNews
from snapkeep.services.copies.lock_copy import lock_copy
from snapkeep.services.copies.originals import Originals
from snapkeep.services.copies.turn import Turn


@dataclass(frozen=True, slots=True)
class CopyPoint:
    """Copies points of the Region `home`, which are `originals`, one at a time."""

    terms: CopyTerms
    originals: Originals
    home: str
    news: CopyNews
    clock: Clock

    def run(self, turn: Turn, source: Source, rule: str, known: CopyRecord | None) -> CopyRecord:
        """Begin the copy of a point that the rule of that policy asks for; returns its record.

        The lease of the place and its listing, which shows no copy, come first: nobody else can have made one
        unless an intent says so. The record of a copy that EC2 refuses for now is `waiting`.
        """
        record = known or new_record(turn.place, source, rule)
        try:
            snapshot = self.originals.present(source, turn.place.name)
        except NotFound as error:
            return self._failed(turn, record, error.reason, for_good=True)
        record = turn.write(record.intended(self.clock()))
        try:
            copy = self._copy(turn, snapshot)
        except Throttled as error:
            turn.report.later[record.point_id] = error.reason
            self.originals.let_go(source.snapshot_id, turn.place.name)
            return turn.write(record.refused(error.reason))
        except TemporaryError as error:
            turn.report.later[record.point_id] = error.reason
            return record  # the intent says that a copy may exist
        except PermanentError as error:
            failed = self._failed(turn, record, error.reason, for_good=isinstance(error, NotFound))
            self.originals.let_go(source.snapshot_id, turn.place.name)
            return failed
        return self._started(turn, record, copy)

    def give_up(self, turn: Turn, record: CopyRecord) -> CopyRecord:
        """Give up the copy that somebody asked for of a point that cannot be copied any more."""
        why = f"{record.source} is no longer a ready recovery point"
        retired = f"{turn.place.name} retires and gets no more copies"
        return self._failed(turn, record, retired if turn.place.retire else why, for_good=True)

    def _copy(self, turn: Turn, source: Snapshot) -> str:
        all_tags = copy_tags(source, turn.place, Home(source.owner, self.home))
        return turn.copier.copy(source.id, self.home, turn.place.kms_key, all_tags, description_of(all_tags))

    def _started(self, turn: Turn, record: CopyRecord, snapshot_id: str) -> CopyRecord:
        """Lock the copy at once, then journal it; if the lock must wait, the next turn sets it."""
        record = record.started(snapshot_id, self.clock())
        try:
            record = replace(record, lock_reason=lock_copy(turn, self.terms, record))
        except TemporaryError as error:
            record = replace(record, lock_reason=f"not locked yet: {error.reason}")
        turn.report.started.append(record.point_id)
        return turn.write(record)

    def _failed(self, turn: Turn, record: CopyRecord, reason: str, *, for_good: bool) -> CopyRecord:
        failed = record.failed(reason, self.clock(), for_good=for_good)
        self.news.copy_failed(failed)
        turn.report.failed[record.point_id] = reason
        return turn.write(failed)
