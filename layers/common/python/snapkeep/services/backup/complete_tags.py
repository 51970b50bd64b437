"""Completes the tags of snapshots once; a second snapshot is also marked as a duplicate and never counts."""

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
    """Writes the tags that a snapshot lacks; `deployment` is this deployment's name."""

    snapshots: Snapshots
    deployment: str
    clock: Clock

    def complete(self, point: Point, snapshot: Snapshot) -> None:
        """Write the missing tags once: a snapshot that already names its point is left as it is.

        Raises PermanentError when EC2 refuses, or when somebody changed essential tags.
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
        """Mark a second snapshot for the same claim and slot; it does not count, and prune removes it later.

        It still gets the tags of a point, which can be written only once: if its VolumeSnapshot names it, the
        two snapshots are swapped. The mark is written first.
        """
        verdict = {tags.DUPLICATE: "true"}
        if tags.POINT in snapshot.tags:
            self.snapshots.add_tags(snapshot.id, verdict)
            return
        missing = tags.missing_tags(snapshot.tags, point)
        owner = self._ownership(snapshot, point)
        try:
            if tags.MANAGED in owner:  # ownership must be written in one request
                self.snapshots.add_tags(snapshot.id, verdict | missing | owner)
            else:
                self.snapshots.add_tags(snapshot.id, verdict)
                self.snapshots.add_tags(snapshot.id, missing | owner)
        except Forbidden:  # tagged by another invocation meanwhile, which describes do not show yet
            self.snapshots.add_tags(snapshot.id, verdict)

    def _ownership(self, snapshot: Snapshot, point: Point) -> dict[str, str]:
        """The tags that make a snapshot ours: all or none, because IAM allows adopting only with all of them
        in one request.

        A driver that leaves these tags to us does not name the VolumeSnapshot either. A class applied before
        deployments had names lacks the deployment's name.
        """
        name = {} if tags.DEPLOYMENT in snapshot.tags else {tags.DEPLOYMENT: self.deployment}
        ours = {tags.MANAGED: "true", tags.CLUSTER: point.claim.cluster}
        if ours.items() <= snapshot.tags.items():
            return name
        return ours | name | tags.snapshot_object_tags(point)

    def _accept_tagged(self, point: Point, snapshot: Snapshot, error: Forbidden) -> None:
        """Accept a refusal to write tags twice if another invocation has completed them meanwhile."""
        again = self.snapshots.get(snapshot.id)
        if again is not None and tags.POINT in again.tags:
            _check_unspoiled(again, point)
            return
        if self.clock() - snapshot.started_at > volume_timeout(snapshot.size_bytes):
            raise error
        raise TemporaryError(error.reason, timedelta(minutes=1)) from error


def _check_unspoiled(snapshot: Snapshot, point: Point) -> None:
    """Raise PermanentError when the tags that identify a point differ from its record."""
    spoiled = list(tags.spoiled_tags(snapshot.tags, point))
    if snapshot.tags[tags.POINT] != point.id:
        spoiled.insert(0, tags.POINT)
    if spoiled:
        raise PermanentError(f"somebody changed {', '.join(spoiled)}, which are written only once")
