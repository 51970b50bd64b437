"""Deleting recovery points: journaled, resumable at every step, and proven afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from snapkeep.domain import tags
from snapkeep.domain.deletions import DeletionStep
from snapkeep.domain.errors import PermanentError, TemporaryError, Throttled
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.prunable import IN_BIN, hold_of
from snapkeep.ports import Clock, Journal, Snapshots
from snapkeep.services.prune_objects import Objects


class Fate(StrEnum):
    """What became of a deletion."""

    DELETED = "deleted"
    SKIPPED = "skipped"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Deleted:
    """A deletion, what became of it, and why."""

    snapshot_id: str
    fate: Fate
    reason: str


@dataclass(frozen=True, slots=True)
class DeletePoints:
    """Takes one deletion, journaled as intended, as far as it goes now."""

    snapshots: Snapshots
    journal: Journal
    clock: Clock

    def delete(self, cluster: str, snapshot_id: str, shield: str, objects: Objects) -> Deleted:
        """Delete a snapshot with its objects; `shield` is the good point that must still be there.

        A skip ends the deletion with the reason; what must wait stays open, and the next prune resumes
        it. Raises Throttled when EC2 or Kubernetes want a pause.
        """
        try:
            return self._delete(cluster, snapshot_id, shield, objects)
        except Throttled:
            raise
        except TemporaryError as error:
            return Deleted(snapshot_id, Fate.WAITING, error.reason)
        except PermanentError as error:
            return self._end(snapshot_id, Fate.SKIPPED, f"kept: {error.reason}")

    def finish(self, snapshot_id: str, objects: Objects) -> Deleted | None:
        """End a deletion whose snapshot no listing shows any more; None when EC2 still shows it."""
        snapshot = self.snapshots.get(snapshot_id)
        if snapshot is not None and snapshot.state not in IN_BIN:
            return None
        return self.delete("", snapshot_id, "", objects)

    def withdraw(self, snapshot_id: str) -> Deleted:
        """End a deletion that retention does not ask for any more."""
        return self._end(snapshot_id, Fate.SKIPPED, "kept: retention keeps it now")

    def _delete(self, cluster: str, snapshot_id: str, shield: str, objects: Objects) -> Deleted:
        snapshot = self.snapshots.get(snapshot_id)
        if snapshot is not None and snapshot.state not in IN_BIN:
            self._check(snapshot, cluster)
            self._check_shield(shield)
            self._check_protections(snapshot_id)
        objects.remove(snapshot_id, snapshot)
        self.journal.move_deletion(snapshot_id, DeletionStep.OBJECTS_GONE)
        snapshot = self.snapshots.get(snapshot_id)  # a hold may be newer than the plan, and wins
        if snapshot is not None and snapshot.state not in IN_BIN:
            self._check(snapshot, cluster)
            self._check_protections(snapshot_id)
            self.journal.move_deletion(snapshot_id, DeletionStep.ASKED)
            self.snapshots.delete(snapshot_id)
        return self._look_again(snapshot_id)

    def _check(self, snapshot: Snapshot, cluster: str) -> None:
        if hold_of(snapshot):
            raise PermanentError("it is held (tag snapkeep:hold)")
        if snapshot.archived:
            raise PermanentError("it is in the archive tier, where 90 days are billed at least")
        if (snapshot.tags.get(tags.MANAGED), snapshot.tags.get(tags.CLUSTER)) != ("true", cluster):
            raise PermanentError("its tags do not say any more that it is ours")

    def _check_shield(self, shield: str) -> None:
        """The listing may have lied, or somebody deleted by hand: the last good one is looked at again."""
        good = self.snapshots.get(shield) if shield else None
        if good is None or good.state is not SnapshotState.COMPLETED or good.archived:
            raise PermanentError(f"EC2 does not show the good point {shield or '(none)'} that must stay")

    def _check_protections(self, snapshot_id: str) -> None:
        found = self.snapshots.protections([snapshot_id]).get(snapshot_id, ())
        if found:
            raise PermanentError("; ".join(protection.reason for protection in found))

    def _look_again(self, snapshot_id: str) -> Deleted:
        left = self.snapshots.get(snapshot_id)
        if left is None:
            return self._end(snapshot_id, Fate.DELETED, "deleted: EC2 knows it no more")
        if left.state in IN_BIN:
            return self._end(snapshot_id, Fate.DELETED, "deleted: it is in the Recycle Bin, and billed there")
        return Deleted(snapshot_id, Fate.WAITING, "deletion asked for, but EC2 still shows it")

    def _end(self, snapshot_id: str, fate: Fate, reason: str) -> Deleted:
        self.journal.end_deletion(snapshot_id, reason, self.clock())
        return Deleted(snapshot_id, fate, reason)
