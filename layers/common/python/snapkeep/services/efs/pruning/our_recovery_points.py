"""Recognises recovery points of file systems right before they are deleted."""

from __future__ import annotations

from dataclasses import dataclass

from snapkeep.domain.efs.recovery_points import EfsPoint, read_point
from snapkeep.domain.errors import PermanentError
from snapkeep.domain.points import Snapshot
from snapkeep.domain.retention.deletion.deletions import PlannedDeletion
from snapkeep.domain.retention.snapshot_tags import Unreadable
from snapkeep.services.retention.deletion.checks import is_restorable


@dataclass(frozen=True, slots=True)
class OurRecoveryPoints:
    """The recovery points that a deployment made. The plan goes by the journal, so the tags are read here."""

    deployment: str

    def check(self, snapshot: Snapshot) -> None:
        """Check that the tags are ours and fit each other. Raises PermanentError otherwise."""
        self._read(snapshot)

    def check_planned(self, item: PlannedDeletion, snapshot: Snapshot, good: Snapshot | None) -> None:
        """Check that it is of the policy that was planned, and that a good one of its file system stays.

        A deletion that began before needs no shield: AWS Backup no longer stops it.
        """
        if not item.counts:
            return
        policy = self._read(snapshot).policy
        if item.lineage != f"{snapshot.volume_id}/{policy}":
            raise PermanentError(f"its tags say policy {policy}, but the journal knows it as {item.lineage}")
        if not is_restorable(good):
            raise PermanentError(
                f"AWS Backup does not show the good recovery point {item.shield or '(none)'} that must stay"
            )
        self._read(good)
        if good.volume_id != snapshot.volume_id or good.id == snapshot.id:
            raise PermanentError(f"the recovery point {good.id} that must stay is of {good.volume_id}")

    def _read(self, snapshot: Snapshot) -> EfsPoint:
        found = read_point(snapshot, self.deployment)
        if isinstance(found, Unreadable):
            raise PermanentError(f"{found.snapshot_id}: {found.reason}")
        return found
