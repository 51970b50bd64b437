"""Deletes recovery points: journaled, resumable at every step, and verified afterwards.

Points are deleted in batches, which gives clusters time to remove their objects: first the deletion of the
objects is requested, then they are checked, and only when none is left is the snapshot deleted in EC2.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ParamSpec, TypeVar

from snapkeep.domain.errors import PermanentError, SnapkeepError, TemporaryError, Throttled
from snapkeep.domain.policies import Pace
from snapkeep.domain.retention.deletion.absences import Absence
from snapkeep.domain.retention.deletion.deletions import DeletionStep, PlannedDeletion
from snapkeep.domain.retention.snapshot_tags import IN_BIN
from snapkeep.ports.clock import Clock
from snapkeep.ports.deletions import Absences, Deletions
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.restores import Holds, Restores
from snapkeep.services.retention.deletion.checks import Checks
from snapkeep.services.retention.snapshot_objects import Objects, SnapshotObject

log = logging.getLogger(__name__)

BATCH = 25
"""Points per batch; at the default pace EC2 takes 10 seconds for them."""

LOOKS = tuple(timedelta(seconds=seconds) for seconds in (0.25, 0.5, 1, 2))
"""Pauses between checks of objects being deleted; a snapshot controller needs about a second."""

T = TypeVar("T")
P = ParamSpec("P")


class DeletionOutcome(StrEnum):
    """The outcome of a deletion."""

    DELETED = "deleted"
    SKIPPED = "skipped"
    WAITING = "waiting"
    REFUSED = "refused"
    """AWS or the cluster does not let us delete it; the next prune tries again."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """A deletion, its outcome, and why."""

    snapshot_id: str
    fate: DeletionOutcome
    reason: str


@dataclass(slots=True)
class DeletePoints:
    """Advances the deletions of one cluster, which are journaled as intended, as far as possible."""

    deployment: str
    cluster: str
    snapshots: Snapshots
    deletions: Deletions
    absences: Absences
    restores: Restores
    holds: Holds
    clock: Clock
    pause: Callable[[timedelta], None]
    pace: Pace
    objects: Objects
    _began: datetime | None = None
    _calls: int = 0

    def run(self, wanted: Sequence[PlannedDeletion], until: datetime) -> Iterator[Deleted]:
        """Delete snapshots with their objects, and yield the outcome of each; none is begun after `until`.

        A skip ends the deletion with the reason; a waiting one stays open, and the next prune resumes it.
        Raises Throttled when EC2 or Kubernetes throttles.
        """
        for start in range(0, len(wanted), BATCH):
            if self.clock() >= until:
                log.info("prune of %s: out of time, the next prune continues", self.cluster)
                return
            yield from self._batch(wanted[start : start + BATCH])

    def is_gone(self, snapshot_id: str) -> bool:
        """True when EC2 no longer has the snapshot, or has it in the Recycle Bin."""
        snapshot = self.snapshots.get(snapshot_id)
        return snapshot is None or snapshot.state in IN_BIN

    def withdraw(self, snapshot_id: str) -> Deleted:
        """End a deletion that retention no longer requests."""
        return self._end(snapshot_id, DeletionOutcome.SKIPPED, "kept: retention keeps it now")

    def _batch(self, wanted: Sequence[PlannedDeletion]) -> Iterator[Deleted]:
        ids = [item.snapshot_id for item in wanted]
        checks = self._checks(ids)
        asked: dict[str, list[SnapshotObject]] = {}
        for item in wanted:
            found = self._attempt(item.snapshot_id, self._ask, item, checks)
            if isinstance(found, Deleted):
                yield found
            else:
                asked[item.snapshot_id] = found
        waiting = self._wait(asked)
        checks = self._checks(list(asked))  # a newer hold wins
        for snapshot_id in asked:
            if snapshot_id in waiting:
                yield waiting[snapshot_id]
            else:
                yield self._attempt(snapshot_id, self._delete, snapshot_id, checks)

    def _checks(self, batch: Sequence[str]) -> Checks:
        return Checks(
            self.snapshots, self.restores, self.holds, self.deployment, self.cluster, batch, self.clock()
        )

    def _ask(self, item: PlannedDeletion, checks: Checks) -> list[SnapshotObject] | Deleted:
        """Request the deletion of a point's objects, if it may be deleted; returns those objects.

        An object that may not be deleted, or would take the backup with it, waits for a person to act: it is
        refused, not skipped, so that somebody is notified.
        """
        snapshot, is_there = checks.look(item.snapshot_id)
        if is_there and snapshot is not None:
            checks.check_shield(item.shield, snapshot.volume_id)
        try:
            return self.objects.remove(item.snapshot_id, snapshot, self.is_gone)
        except PermanentError as error:
            return self._end(item.snapshot_id, DeletionOutcome.REFUSED, f"kept: {error.reason}")

    def _wait(self, asked: Mapping[str, Sequence[SnapshotObject]]) -> dict[str, Deleted]:
        """Check objects being deleted a few times; those not gone by then wait."""
        waiting: dict[str, Deleted] = {}
        for pause in (timedelta(), *LOOKS):
            if pause:
                self.pause(pause)
            found = {name: self._left(name, asked[name]) for name in (waiting or asked)}
            waiting = {name: left for name, left in found.items() if left is not None}
            if not waiting:
                break
        return waiting

    def _left(self, snapshot_id: str, asked: Sequence[SnapshotObject]) -> Deleted | None:
        """Why the snapshot must wait for its objects; None when they are gone."""
        try:
            left = self.objects.left(asked)
        except Throttled:
            raise
        except SnapkeepError as error:
            return Deleted(
                snapshot_id,
                DeletionOutcome.WAITING,
                f"it is unknown whether its objects are gone: {error.reason}",
            )
        if not left:
            return None
        return Deleted(snapshot_id, DeletionOutcome.WAITING, "; ".join(map(str, left)))

    def _delete(self, snapshot_id: str, checks: Checks) -> Deleted:
        self.deletions.move_deletion(snapshot_id, DeletionStep.OBJECTS_GONE)
        _, is_there = checks.look(snapshot_id)
        if is_there:
            self.deletions.move_deletion(snapshot_id, DeletionStep.ASKED)
            self._keep_pace()
            try:
                self.snapshots.delete(snapshot_id)
            except PermanentError as error:
                return self._end(snapshot_id, DeletionOutcome.REFUSED, f"kept: {error.reason}")
            except Throttled:
                raise
            except TemporaryError:  # the answer may be lost and the snapshot gone
                self._note_absence(snapshot_id)
                raise
        self._note_absence(snapshot_id)
        return self._look_again(snapshot_id)

    def _note_absence(self, snapshot_id: str) -> None:
        """Record the absence: somebody may take it out of the Recycle Bin even before Snapkeep saw that it
        was gone."""
        self.absences.write_absences([Absence(snapshot_id, self.clock())])

    def _keep_pace(self) -> None:
        """After the burst, wait for the next call's turn."""
        now = self.clock()
        self._began = self._began or now
        late = self._calls + 1 - self.pace.burst
        self._calls += 1
        every = timedelta(seconds=1 / self.pace.per_second)
        wait = min(self._began + late * every - now, every)
        if late > 0 and wait > timedelta():
            self.pause(wait)

    def _look_again(self, snapshot_id: str) -> Deleted:
        left = self.snapshots.get(snapshot_id)
        if left is None:
            return self._end(snapshot_id, DeletionOutcome.DELETED, "deleted: EC2 no longer has it")
        if left.state in IN_BIN:
            return self._end(
                snapshot_id, DeletionOutcome.DELETED, "deleted: it is in the Recycle Bin, and billed there"
            )
        return Deleted(snapshot_id, DeletionOutcome.WAITING, "deletion requested, but EC2 still shows it")

    def _attempt(
        self, snapshot_id: str, step: Callable[P, T], *given: P.args, **named: P.kwargs
    ) -> T | Deleted:
        """The result of a step, or the deletion's outcome if it failed. Throttled passes through and ends the
        run."""
        try:
            return step(*given, **named)
        except Throttled:
            raise
        except TemporaryError as error:
            return Deleted(snapshot_id, DeletionOutcome.WAITING, error.reason)
        except PermanentError as error:
            return self._end(snapshot_id, DeletionOutcome.SKIPPED, f"kept: {error.reason}")

    def _end(self, snapshot_id: str, fate: DeletionOutcome, reason: str) -> Deleted:
        self.deletions.end_deletion(snapshot_id, reason, self.clock())
        return Deleted(snapshot_id, fate, reason)
