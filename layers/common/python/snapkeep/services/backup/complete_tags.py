"""The tags of snapshots: completed once; a second snapshot gets a mark besides, and never counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain import tags
from snapkeep.domain.errors import Forbidden, PermanentError, TemporaryError
from snapkeep.domain.points import Point, Snapshot, volume_timeout
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Snapshots


@dataclass(frozen=True, slots=True)
class CompleteTags:
    """Writes the tags that a snapshot lacks; `deployment` is the name of ours."""

    snapshots: Snapshots
    deployment: str
    clock: Clock

    def complete(self, point: Point, snapshot: Snapshot) -> None:
        """Write what is missing, once: a snapshot that names its point is left as it is.

        Raises PermanentError when EC2 refuses, or when somebody changed what the point needs.
        """
        missing = tags.missing_tags(snapshot.tags, point)
        if not missing:
            return
        if tags.POINT in snapshot.tags:
            _check_unspoiled(snapshot, point)
            return
        try:
            self.snapshots.add_tags(snapshot.id, missing | self._ownership(snapshot, point))
        except Forbidden as error:
            self._accept_tagged(point, snapshot, error)

    def mark_duplicate(self, point: Point, snapshot: Snapshot) -> None:
        """A second snapshot for the same claim and slot never counts; prune removes it later.

        It gets the tags of a point all the same, which are written only once: its VolumeSnapshot may name it,
        and then it changes places with the one that counts. The mark comes first.
        """
        verdict = {tags.DUPLICATE: "true"}
        if tags.POINT in snapshot.tags:
            self.snapshots.add_tags(snapshot.id, verdict)
            return
        missing = tags.missing_tags(snapshot.tags, point)
        owner = self._ownership(snapshot, point)
        try:
            if tags.MANAGED in owner:  # only one request may make it ours
                self.snapshots.add_tags(snapshot.id, verdict | missing | owner)
            else:
                self.snapshots.add_tags(snapshot.id, verdict)
                self.snapshots.add_tags(snapshot.id, missing | owner)
        except Forbidden:  # named by somebody else in the meantime, which describes do not show yet
            self.snapshots.add_tags(snapshot.id, verdict)

    def _ownership(self, snapshot: Snapshot, point: Point) -> dict[str, str]:
        """What makes a snapshot ours: all or none, since IAM lets us adopt only by all in one request.

        The driver that leaves them to us does not say either which VolumeSnapshot it cut the snapshot for. A
        class that was applied before deployments had names does not tell ours.
        """
        name = {} if tags.DEPLOYMENT in snapshot.tags else {tags.DEPLOYMENT: self.deployment}
        ours = {tags.MANAGED: "true", tags.CLUSTER: point.claim.cluster}
        if ours.items() <= snapshot.tags.items():
            return name
        return ours | name | tags.snapshot_object_tags(point)

    def _accept_tagged(self, point: Point, snapshot: Snapshot, error: Forbidden) -> None:
        """EC2 refuses to write twice: somebody else may have completed the tags, and describes lag."""
        again = self.snapshots.get(snapshot.id)
        if again is not None and tags.POINT in again.tags:
            _check_unspoiled(again, point)
            return
        if self.clock() - snapshot.started_at > volume_timeout(snapshot.size_bytes):
            raise error
        raise TemporaryError(error.reason, timedelta(minutes=1)) from error


def _check_unspoiled(snapshot: Snapshot, point: Point) -> None:
    """Raises PermanentError when the tags that name a point say something else than its record."""
    spoiled = list(tags.spoiled_tags(snapshot.tags, point))
    if snapshot.tags[tags.POINT] != point.id:
        spoiled.insert(0, tags.POINT)
    if spoiled:
        raise PermanentError(f"somebody changed {', '.join(spoiled)}, which are written only once")
