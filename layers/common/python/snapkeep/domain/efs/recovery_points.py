"""Recovery points of file systems as retention sees them: read from their tags, which are verified first."""

from __future__ import annotations

from dataclasses import dataclass

from snapkeep.domain import tags
from snapkeep.domain.efs.backups import backup_id
from snapkeep.domain.efs.jobs import Stored, StoredState
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.retention.snapshot_tags import Unreadable

STATES = {
    StoredState.CREATING: SnapshotState.PENDING,
    StoredState.READY: SnapshotState.COMPLETED,
    StoredState.DELETING: SnapshotState.ERROR,
    StoredState.EXPIRED: SnapshotState.ERROR,
    StoredState.UNUSABLE: SnapshotState.ERROR,
}
"""What a snapshot in such a state would be called; nothing is restored from one that is being deleted."""

STRANGE = "it has no tags of Snapkeep, so somebody else put it into the vault: only you can delete it"


@dataclass(frozen=True, slots=True)
class EfsPoint:
    """Of which backup (its id) a recovery point is, and that backup's policy."""

    backup: str
    policy: str


def as_snapshot(stored: Stored) -> Snapshot:
    """A recovery point as a snapshot: its ARN is the id, and its file system the volume."""
    return Snapshot(
        id=stored.arn,
        volume_id=stored.file_system,
        state=STATES[stored.state],
        started_at=stored.started_at,
        size_bytes=stored.size_bytes,
        tags=dict(stored.tags),
    )


def read_point(snapshot: Snapshot, deployment: str) -> EfsPoint | Unreadable:
    """What the tags say, or why they cannot be believed.

    The id of a backup hashes its file system, policy, slot and deployment, so edited tags do not match it.
    """
    found = snapshot.tags
    policy, slot = found.get(tags.POLICY, ""), tags.slot_of(found)
    if found.get(tags.MANAGED) != "true":
        return Unreadable(snapshot.id, STRANGE)
    if tags.is_anothers(found, deployment):
        return Unreadable(snapshot.id, f"it belongs to the deployment {found[tags.DEPLOYMENT]}")
    if not policy or slot is None:
        return Unreadable(snapshot.id, f"its tags {tags.POLICY} and {tags.SLOT} do not name a backup")
    named = backup_id(snapshot.volume_id, policy, slot, deployment)
    if found.get(tags.POINT) != named:
        return Unreadable(snapshot.id, "its tags contradict each other: somebody edited them")
    return EfsPoint(named, policy)
