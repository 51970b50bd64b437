"""Begins the copy of one point: hold the source, journal the intent, copy, lock, journal the outcome."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from snapkeep.domain.copies.copies import Source, read_source
from snapkeep.domain.copies.places import Home
from snapkeep.domain.copies.records import CopyRecord, new_record
from snapkeep.domain.copies.tags import copy_tags
from snapkeep.domain.errors import NotFound, PermanentError, TemporaryError, Throttled
from snapkeep.domain.points import Snapshot
from snapkeep.domain.policies import Deployment
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.news import CopyNews
from snapkeep.services.copies.lock_copy import lock_copy
from snapkeep.services.copies.settle_copies import holder_of
from snapkeep.services.copies.turn import Turn
from snapkeep.services.restore.holds import HoldPoints

HOLD_FOR = timedelta(days=1)
"""How long to hold a point for a copy at most."""


@dataclass(frozen=True, slots=True)
class CopyPoint:
    """Copies points of the home Region, whose snapshots are `snapshots`, one at a time."""

    deployment: Deployment
    snapshots: Snapshots
    holds: HoldPoints
    news: CopyNews
    clock: Clock

    def run(self, turn: Turn, source: Source, rule: str, known: CopyRecord | None) -> CopyRecord:
        """Begin the copy of a point that the rule of that policy asks for; returns its record.

        The lease of the place and its listing, which shows no copy, come first: nobody else can have made one
        unless an intent says so. The record of a copy that EC2 refuses for now is `waiting`.
        """
        record = known or new_record(turn.place, source, rule)
        try:
            self.holds.hold(
                source.snapshot_id,
                holder_of(turn.place.name),
                f"it is being copied to {turn.place.name}",
                self.clock() + HOLD_FOR,
            )
            snapshot = self._present(source)
        except NotFound as error:
            return self._failed(turn, record, error.reason, for_good=True)
        record = turn.write(record.intended(self.clock()))
        try:
            copy = self._copy(turn, snapshot)
        except Throttled as error:
            turn.report.later[record.point_id] = error.reason
            self.holds.release(source.snapshot_id, holder_of(turn.place.name))
            return turn.write(record.refused(error.reason))
        except TemporaryError as error:
            turn.report.later[record.point_id] = error.reason
            return record  # the intent says that a copy may exist
        except PermanentError as error:
            failed = self._failed(turn, record, error.reason, for_good=isinstance(error, NotFound))
            self.holds.release(source.snapshot_id, holder_of(turn.place.name))
            return failed
        return self._started(turn, record, copy)

    def give_up(self, turn: Turn, record: CopyRecord) -> CopyRecord:
        """Give up the copy that somebody asked for of a point that cannot be copied any more."""
        why = f"{record.source} is no ready recovery point any more"
        retired = f"{turn.place.name} retires and gets no more copies"
        return self._failed(turn, record, retired if turn.place.retire else why, for_good=True)

    def _present(self, source: Source) -> Snapshot:
        """The snapshot of a point as it is now. Raises NotFound when it can no longer be copied."""
        snapshot = self.snapshots.get(source.snapshot_id)
        if snapshot is None or read_source(snapshot) is None:
            raise NotFound(f"{source.snapshot_id} is no longer a ready recovery point")
        return snapshot

    def _copy(self, turn: Turn, source: Snapshot) -> str:
        home = self.deployment.clusters[0].region
        all_tags = copy_tags(source, turn.place, Home(source.owner, home))
        what = f"Snapkeep: copy of {source.id} of {home}"
        return turn.copier.copy(source.id, home, turn.place.kms_key, all_tags, what)

    def _started(self, turn: Turn, record: CopyRecord, snapshot_id: str) -> CopyRecord:
        """Lock the copy at once, then journal it; if the lock must wait, the next turn sets it."""
        record = record.started(snapshot_id, self.clock())
        try:
            record = replace(record, lock_reason=lock_copy(turn, self.deployment, record))
        except TemporaryError as error:
            record = replace(record, lock_reason=f"not locked yet: {error.reason}")
        turn.report.started.append(record.point_id)
        return turn.write(record)

    def _failed(self, turn: Turn, record: CopyRecord, reason: str, *, for_good: bool) -> CopyRecord:
        failed = record.failed(reason, self.clock(), for_good=for_good)
        self.news.copy_failed(failed)
        turn.report.failed[record.point_id] = reason
        return turn.write(failed)
