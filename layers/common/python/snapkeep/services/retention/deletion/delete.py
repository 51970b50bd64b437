"""Deletes recovery points: journaled, resumable at every step, and verified afterwards.

Points are deleted in batches, which gives clusters time to remove their objects: first the deletion of the
objects is requested, then they are checked, and only when none is left is the snapshot deleted in EC2.

A batch shares what may be a few seconds old. The snapshot itself and its holds are read right before its own
deletion, each alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ParamSpec, TypeVar

from snapkeep.domain import tags
from snapkeep.domain.errors import PermanentError, SnapkeepError, TemporaryError, Throttled
from snapkeep.domain.points import Snapshot
from snapkeep.domain.policies import Pace
from snapkeep.domain.retention.deletion.absences import Absence
from snapkeep.domain.retention.deletion.deletions import DeletionStep, PlannedDeletion
from snapkeep.domain.retention.snapshot_tags import IN_BIN
from snapkeep.ports.checks import Suspicions
from snapkeep.ports.clock import Clock
from snapkeep.ports.deletions import Absences, Deletions
from snapkeep.ports.ec2 import DeletableSnapshots
from snapkeep.ports.restores import Holds, Restores
from snapkeep.services.retention.deletion.checks import Checks, Ours
from snapkeep.services.retention.snapshot_objects import Objects, SnapshotObject

log = logging.getLogger(__name__)

BATCH = 25
"""Points per batch; at the default pace EC2 takes 10 seconds for them."""

LOOKS = tuple(timedelta(seconds=seconds) for seconds in (0.25, 0.5, 1, 2))
"""Pauses between checks of objects being deleted; a snapshot controller needs about a second."""

GONE = "deleted: {} no longer has it"
BINNED = "deleted: it is in the Recycle Bin, and billed there"

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
    """Advances the deletions of one scope, which are journaled as intended, as far as possible.

    `keeper` is what AWS calls itself where the snapshots are.
    """

    scope: str
    ours: Ours
    snapshots: DeletableSnapshots
    deletions: Deletions
    absences: Absences
    restores: Restores
    holds: Holds
    suspicions: Suspicions
    clock: Clock
    pause: Callable[[timedelta], None]
    pace: Pace
    objects: Objects
    keeper: str = "EC2"
    _began: datetime | None = None
    _calls: int = 0

    def run(self, wanted: Sequence[PlannedDeletion], until: datetime) -> Iterator[Deleted]:
        """Delete snapshots with their objects, and yield the outcome of each; none is begun after `until`.

        A skip ends the deletion with the reason; a waiting one stays open, and the next prune resumes it.
        Raises Throttled when EC2 or Kubernetes throttles.
        """
        for start in range(0, len(wanted), BATCH):
            if self.clock() >= until:
                log.info("prune of %s: out of time, the next prune continues", self.scope)
                return
            yield from self._batch(wanted[start : start + BATCH])

    def is_gone(self, snapshot_id: str) -> bool:
        """True when EC2 no longer has the snapshot, or has it in the Recycle Bin."""
        snapshot = self.snapshots.get(snapshot_id)
        return snapshot is None or snapshot.state in IN_BIN

    def shown(self, snapshot_ids: Sequence[str]) -> set[str]:
        """Those that EC2 lists now, except those in the Recycle Bin."""
        found = self.snapshots.get_many(snapshot_ids)
        return {name for name, snapshot in found.items() if snapshot.state not in IN_BIN}

    def withdraw(self, snapshot_id: str) -> Deleted:
        """End a deletion that retention no longer wants."""
        return self._end(snapshot_id, DeletionOutcome.SKIPPED, "kept: retention keeps it now")

    def _batch(self, wanted: Sequence[PlannedDeletion]) -> Iterator[Deleted]:
        ids = [item.snapshot_id for item in wanted]
        checks = self._checks(ids)
        listed = self._listed(ids)
        asked: dict[str, list[SnapshotObject]] = {}
        for item in wanted:
            found = self._attempt(item.snapshot_id, self._ask, item, checks, listed)
            if isinstance(found, Deleted):
                yield found
            else:
                asked[item.snapshot_id] = found
        waiting = self._wait(asked)
        yield from waiting.values()
        ready = [name for name in asked if name not in waiting]
        if ready:
            yield from self._delete_all(ready)

    def _listed(self, ids: Sequence[str]) -> Mapping[str, Snapshot]:
        """The snapshots as EC2 lists them now; none if it does not: then each is asked for alone."""
        listed = self._together(ids, self.snapshots.get_many, ids)
        return {} if isinstance(listed, list) else listed

    def _checks(self, batch: Sequence[str]) -> Checks:
        return Checks(
            self.snapshots, self.restores, self.holds, self.suspicions, self.ours, batch, self.clock()
        )

    def _ask(
        self, item: PlannedDeletion, checks: Checks, listed: Mapping[str, Snapshot]
    ) -> list[SnapshotObject] | Deleted:
        """Request the deletion of a point's objects, if it may be deleted; returns those objects.

        Without objects nothing is lost here, so the snapshot is not read again until it is deleted itself.

        An object that must not be deleted, or whose deletion would delete the backup, waits for a person: it
        is refused, not skipped, so that somebody is notified.
        """
        snapshot = listed.get(item.snapshot_id)
        is_there = snapshot is not None and snapshot.state not in IN_BIN
        if not is_there or snapshot is None or self._may_have_objects(snapshot):
            snapshot, is_there = checks.look(item.snapshot_id)
        if is_there and snapshot is not None:
            checks.check_planned(item, snapshot)
        try:
            return self.objects.remove(item.snapshot_id, snapshot, self.is_gone)
        except PermanentError as error:
            return self._end(item.snapshot_id, DeletionOutcome.REFUSED, f"kept: {error.reason}")

    def _may_have_objects(self, snapshot: Snapshot) -> bool:
        """False when the cluster certainly has no object of this snapshot, and need not have one."""
        point = (snapshot.tags.get(tags.NAMESPACE, ""), snapshot.tags.get(tags.POINT, ""))
        known = snapshot.id in self.objects.contents or point in self.objects.by_point
        return known or tags.is_by_driver(snapshot.tags)

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

    def _delete_all(self, ids: Sequence[str]) -> Iterator[Deleted]:
        """Delete snapshots whose objects are gone, and look at all of them afterwards."""
        checks = self._checks(ids)  # a newer hold wins
        failed = self._together(ids, self.deletions.move_deletions, ids, DeletionStep.ASKED)
        if failed is not None:
            yield from failed
            return
        done: list[str] = []
        throttled: Throttled | None = None
        for snapshot_id in ids:
            try:
                kept = self._attempt(snapshot_id, self._delete, snapshot_id, checks)
            except Throttled as error:  # what was deleted before still counts
                throttled = error
                break
            if kept is None:
                done.append(snapshot_id)
            else:
                yield kept
        yield from self._look_again(done)
        if throttled is not None:
            raise throttled

    def _delete(self, snapshot_id: str, checks: Checks) -> Deleted | None:
        """Delete a snapshot in EC2 unless it is gone; returns why it stays, None if EC2 took the request."""
        _, is_there = checks.look(snapshot_id)
        if is_there:
            self._keep_pace()
            try:
                self.snapshots.delete(snapshot_id)
            except PermanentError as error:
                return self._end(snapshot_id, DeletionOutcome.REFUSED, f"kept: {error.reason}")
            except Throttled:
                raise
            except TemporaryError:  # the answer may have been lost, with the snapshot gone
                self._note_absence(snapshot_id)
                raise
        self._note_absence(snapshot_id)
        return None

    def _note_absence(self, snapshot_id: str) -> None:
        """Record the absence: somebody may take it out of the Recycle Bin before Snapkeep saw it gone."""
        self.absences.write_absences([Absence(snapshot_id, self.clock())])

    def _keep_pace(self) -> None:
        """After the burst, wait for the next call's turn."""
        now = self.clock()
        self._began = self._began or now
        late = self._calls + 1 - self.pace.burst
        self._calls += 1
        every = timedelta(seconds=1 / self.pace.per_second)
        if late > 0 and (wait := min(self._began + late * every - now, every)) > timedelta():
            self.pause(wait)

    def _look_again(self, ids: Sequence[str]) -> Iterator[Deleted]:
        """End the deletions of those that EC2 no longer shows; the others stay open."""
        left = self._together(ids, self.snapshots.get_many, ids)
        if isinstance(left, list):
            yield from left
            return
        ended: dict[str, list[str]] = {}
        for name in ids:
            if name not in left or left[name].state in IN_BIN:
                ended.setdefault(BINNED if name in left else GONE.format(self.keeper), []).append(name)
            else:
                reason = f"deletion requested, but {self.keeper} still shows it"
                yield Deleted(name, DeletionOutcome.WAITING, reason)
        for outcome, names in ended.items():
            yield from self._end_all(names, outcome)

    def _end_all(self, ids: Sequence[str], outcome: str) -> Iterator[Deleted]:
        failed = self._together(ids, self.deletions.end_deletions, ids, outcome, self.clock())
        yield from failed or (Deleted(name, DeletionOutcome.DELETED, outcome) for name in ids)

    def _together(
        self, ids: Sequence[str], step: Callable[P, T], *given: P.args, **named: P.kwargs
    ) -> T | list[Deleted]:
        """The result of a step for many at once; if it failed, they all wait. Throttled passes through."""
        try:
            return step(*given, **named)
        except Throttled:
            raise
        except SnapkeepError as error:
            return [Deleted(name, DeletionOutcome.WAITING, error.reason) for name in ids]

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
        self.deletions.end_deletions([snapshot_id], reason, self.clock())
        return Deleted(snapshot_id, fate, reason)
