"""The recovery points in a vault, as prune deletes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from snapkeep.domain.efs.jobs import StoredState
from snapkeep.domain.efs.recovery_points import as_snapshot, read_point
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.retention.candidates import Protection, held
from snapkeep.domain.retention.snapshot_tags import Unreadable, hold_of
from snapkeep.ports.backup_vault import BackupVault

MOST_PLANNED = 200
"""For how many planned deletions the plan reads the tags: AWS Backup takes 15 such calls a second. Those of
all are read right before their deletion.
https://docs.aws.amazon.com/general/latest/gr/bk.html
"""

LOCKED = "{}: AWS deletes nothing from it"


def nothing_needed() -> Mapping[str, str]:
    """Where nobody restores."""
    return {}


@dataclass(frozen=True, slots=True)
class VaultPoints:
    """Implements DeletableSnapshots with ARNs as ids. `needed` says which are needed now, and for what."""

    vault: BackupVault
    needed: Callable[[], Mapping[str, str]] = nothing_needed

    def get(self, snapshot_id: str) -> Snapshot | None:
        """A recovery point with its tags."""
        found = self.vault.point(snapshot_id)
        return as_snapshot(found) if found else None

    def get_many(self, snapshot_ids: Sequence[str]) -> Mapping[str, Snapshot]:
        """Those that are there, also those that are being deleted."""
        found = {name: self.get(name) for name in snapshot_ids}
        return {name: snapshot for name, snapshot in found.items() if snapshot}

    def delete(self, snapshot_id: str) -> None:
        """Begin to delete a recovery point, unless AWS Backup is deleting it already."""
        found = self.vault.point(snapshot_id)
        if found and found.state is not StoredState.DELETING:
            self.vault.delete(snapshot_id)

    def protections(self, snapshot_ids: Sequence[str]) -> Mapping[str, tuple[Protection, ...]]:
        """Those that are needed, and all of them while the vault is locked."""
        if not snapshot_ids:
            return {}
        if locked := self.vault.why_locked():
            return dict.fromkeys(snapshot_ids, (Protection(LOCKED.format(locked)),))
        needed = self.needed()
        return {name: (Protection(needed[name]),) for name in snapshot_ids if name in needed}


@dataclass(frozen=True, slots=True)
class PlannedPoints(VaultPoints):
    """The same for the plan, which also shows what the tags forbid: the listing has none."""

    deployment: str = ""

    def protections(self, snapshot_ids: Sequence[str]) -> Mapping[str, tuple[Protection, ...]]:
        """Those that are held, or whose tags are not ours, besides what AWS protects."""
        protected = VaultPoints.protections(self, snapshot_ids)
        left = [name for name in snapshot_ids if name not in protected][:MOST_PLANNED]
        found = {name: self._forbidden(name) for name in left}
        return {**protected, **{name: (why,) for name, why in found.items() if why}}

    def _forbidden(self, name: str) -> Protection | None:
        snapshot = self.get(name)
        if snapshot is None or snapshot.state is SnapshotState.ERROR:
            return None
        if hold_of(snapshot):
            return held("the tag snapkeep:hold")
        read = read_point(snapshot, self.deployment)
        return Protection(read.reason) if isinstance(read, Unreadable) else None
