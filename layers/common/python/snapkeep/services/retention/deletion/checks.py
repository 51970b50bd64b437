"""Checks right before each deletion, because something may have changed since the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeGuard

from snapkeep.domain import tags
from snapkeep.domain.errors import PermanentError
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.proof.suspicions import protections
from snapkeep.domain.restore.holds import BY_HAND
from snapkeep.domain.retention.candidates import Protection, restored_for_now
from snapkeep.domain.retention.deletion.deletions import PlannedDeletion
from snapkeep.domain.retention.snapshot_tags import IN_BIN, archived_at, hold_of, is_away
from snapkeep.ports.checks import Suspicions
from snapkeep.ports.ec2 import DeletableSnapshots
from snapkeep.ports.restores import Holds, Restores


class Ours(Protocol):
    """Recognises what a prune may delete; both methods raise PermanentError, with the reason, otherwise."""

    def check(self, snapshot: Snapshot) -> None:
        """Check that the tags still show that the snapshot is ours."""

    def check_planned(self, item: PlannedDeletion, snapshot: Snapshot, good: Snapshot | None) -> None:
        """Check that the snapshot still is what was planned; `good` is its shield as EC2 shows it."""


@dataclass(frozen=True, slots=True)
class OurPoints:
    """The recovery points of a cluster."""

    deployment: str
    cluster: str

    def check(self, snapshot: Snapshot) -> None:
        """Check cluster and deployment."""
        if (snapshot.tags.get(tags.MANAGED), snapshot.tags.get(tags.CLUSTER)) != ("true", self.cluster):
            raise PermanentError("its tags no longer show that it is ours")
        refuse_anothers(snapshot, self.deployment)

    def check_planned(self, item: PlannedDeletion, snapshot: Snapshot, good: Snapshot | None) -> None:
        """Check that a good point of the volume stays: the listing may be wrong, or somebody may have deleted
        it."""
        if not is_restorable(good):
            raise PermanentError(f"EC2 does not show the good point {item.shield or '(none)'} that must stay")
        if good.volume_id != snapshot.volume_id:
            raise PermanentError(
                f"the good point {item.shield} that must stay is of {good.volume_id}, not of "
                f"{snapshot.volume_id}"
            )


def refuse_anothers(snapshot: Snapshot, deployment: str) -> None:
    """Raise PermanentError for a snapshot that names another deployment."""
    if tags.is_anothers(snapshot.tags, deployment):
        raise PermanentError(f"it belongs to the deployment {snapshot.tags[tags.DEPLOYMENT]}")


def is_restorable(good: Snapshot | None) -> TypeGuard[Snapshot]:
    """True for a snapshot that can be restored from now."""
    return good is not None and good.state is SnapshotState.COMPLETED and not is_away(good)


@dataclass(slots=True)
class Checks:
    """Fresh reads for a batch of snapshots of one scope; data that many share is read once.

    Every method raises PermanentError, with the reason, when the snapshot must stay.
    """

    snapshots: DeletableSnapshots
    restores: Restores
    holds: Holds
    suspicions: Suspicions
    ours: Ours
    batch: Sequence[str]
    now: datetime
    _protections: dict[str, tuple[Protection, ...]] | None = None
    _shields: dict[str, Snapshot | None] = field(default_factory=dict)
    _restoring: dict[str, str] | None = None
    _suspected: dict[str, Mapping[str, Protection]] = field(default_factory=dict)

    def look(self, snapshot_id: str) -> tuple[Snapshot | None, bool]:
        """The snapshot as EC2 shows it, and whether it still has to be deleted there."""
        snapshot = self.snapshots.get(snapshot_id)
        if snapshot is None or snapshot.state in IN_BIN:
            return snapshot, False
        self._check(snapshot)
        return snapshot, True

    def check_planned(self, item: PlannedDeletion, snapshot: Snapshot) -> None:
        """Check that the snapshot still is what was planned, and that what must stay is there."""
        if item.shield not in self._shields:
            self._shields[item.shield] = self.snapshots.get(item.shield) if item.shield else None
        self.ours.check_planned(item, snapshot, self._shields[item.shield])

    def _check(self, snapshot: Snapshot) -> None:
        if hold_of(snapshot):
            raise PermanentError("it is held (tag snapkeep:hold)")
        if snapshot.archived and archived_at(snapshot) is None:
            raise PermanentError("it is in the archive tier, and no policy put it there")
        if snapshot.back_to_archive_at:
            raise PermanentError(restored_for_now(snapshot.back_to_archive_at).reason)
        self.ours.check(snapshot)
        self._check_journal(snapshot.id)
        self._check_suspicions(snapshot)
        protections = self._protections_of(snapshot.id)
        if protections:
            raise PermanentError("; ".join(protection.reason for protection in protections))

    def _check_journal(self, snapshot_id: str) -> None:
        """Check the journal, which has restores and holds before the tag does; EC2 may also show the tag
        late."""
        if self._restoring is None:
            self._restoring = {item.snapshot_id: item.id for item in self.restores.open_restores(whole=True)}
        if snapshot_id in self._restoring:
            raise PermanentError(f"restore {self._restoring[snapshot_id]} needs it")
        for hold in self.holds.holds(snapshot_id):
            if not hold.ended(self.now) and hold.holder != BY_HAND:
                raise PermanentError(f"it is held by {hold.holder}, although its tags do not say so yet")

    def _check_suspicions(self, snapshot: Snapshot) -> None:
        """Check that no point became suspicious since the plan, whose last good one this is."""
        cluster = snapshot.tags.get(tags.CLUSTER, "")
        if cluster not in self._suspected:
            self._suspected[cluster] = protections(self.suspicions.suspicions(cluster))
        if protection := self._suspected[cluster].get(snapshot.id):
            raise PermanentError(protection.reason)

    def _protections_of(self, snapshot_id: str) -> tuple[Protection, ...]:
        """The protections, read once for the batch, or one by one when EC2 refuses the batch because a member
        is gone."""
        if self._protections is None:
            try:
                self._protections = dict(self.snapshots.protections(self.batch))
            except PermanentError:
                return self.snapshots.protections([snapshot_id]).get(snapshot_id, ())
        return self._protections.get(snapshot_id, ())
