"""Recognises copies right before they are deleted: things may have changed since the plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.copies.copies import Copy, read_copy
from snapkeep.domain.copies.places import Home
from snapkeep.domain.errors import PermanentError
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.retention.deletion.deletions import PlannedDeletion
from snapkeep.services.retention.deletion.checks import is_restorable
from snapkeep.services.retention.snapshot_objects import Objects, SnapshotObject


@dataclass(frozen=True, slots=True)
class OurCopies:
    """The copies of a cluster's points in a place, made by this deployment from `home`."""

    deployment: str
    cluster: str
    place: str
    home: Home

    def check(self, snapshot: Snapshot) -> None:
        """Check whose copy it is, and that its tags fit each other. Raises PermanentError otherwise."""
        ours = {
            tags.MANAGED: copy_tags.COPY,
            tags.DEPLOYMENT: self.deployment,
            tags.CLUSTER: self.cluster,
            copy_tags.PLACE: self.place,
        }
        for key, value in ours.items():
            if snapshot.tags.get(key) != value:
                raise PermanentError(f"its tag {key} is no longer {value}")
        whence = snapshot.tags.get(copy_tags.COPY_FROM, "")
        if not whence or copy_tags.is_from_elsewhere(snapshot, self.home):
            home = copy_tags.whence_of(snapshot, self.home)
            raise PermanentError(f"its tag {copy_tags.COPY_FROM} says {whence or 'nothing'}, not {home}")
        _read(snapshot)

    def check_planned(self, item: PlannedDeletion, snapshot: Snapshot, good: Snapshot | None) -> None:
        """Check that it is a copy of the point that was planned, and that its shield is still good.

        The shield of a copy is a good one of its claim; that of a second copy, the one that counts.
        """
        copy = _read(snapshot)
        if copy.point_id != item.point:
            raise PermanentError(f"it was a copy of {item.point} when it was planned, not of {copy.point_id}")
        if not item.counts and snapshot.state is SnapshotState.ERROR:
            return
        if not item.counts and not (copy.duplicate or copy.cancelled):
            raise PermanentError("it is no longer marked as a second or a cancelled copy")
        if not item.counts and not item.shield:
            return
        if not is_restorable(good):
            raise PermanentError(f"EC2 does not show the good copy {item.shield or '(none)'} that must stay")
        other = _read(good)
        same = _claim(other) == _claim(copy) if item.counts else other.point_id == copy.point_id
        if not same or not other.is_good or other.snapshot_id == copy.snapshot_id:
            raise PermanentError(f"{item.shield} is not a good copy that could stay instead")


class NoObjects(Objects):
    """The objects of copies: no cluster has any, not even for points that a driver took."""

    def remove(
        self,
        snapshot_id: str,
        snapshot: Snapshot | None,
        is_gone: Callable[[str], bool] = lambda _: False,
    ) -> list[SnapshotObject]:
        """Nothing is to be removed."""
        return []


def _read(snapshot: Snapshot) -> Copy:
    found = read_copy(snapshot)
    if not isinstance(found, Copy):
        raise PermanentError(f"{found.snapshot_id}: {found.reason}")
    return found


def _claim(copy: Copy) -> tuple[str, str]:
    return copy.claim.cluster, copy.claim.uid
