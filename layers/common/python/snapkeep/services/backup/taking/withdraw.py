"""Withdraws the VolumeSnapshots of points that gave up csi, so that no driver takes a snapshot for them
later."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain import tags
from snapkeep.domain.errors import PermanentError, TemporaryError
from snapkeep.domain.points import Point, PointState, is_too_early
from snapkeep.domain.retention.deletion.deletions import Withdrawn
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.kubernetes import Clusters, SnapshotObjects
from snapkeep.ports.points import Creation, Creations, Points

LOOK_AGAIN = timedelta(seconds=10)
"""When to check again; a live snapshot controller and sidecar need about two seconds."""

CUT_AFTER_ALL = "by csi after all: the driver cut the snapshot before ebs took over"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WithdrawSnapshots:
    """Removes a point's VolumeSnapshot and content; a snapshot taken in the meantime becomes the point's."""

    clusters: Clusters
    snapshots: Snapshots
    points: Points
    creations: Creations
    consistency_wait: timedelta
    clock: Clock

    def run(self, point: Point) -> timedelta:
        """How long the point must wait before it is checked again; zero when it may continue.

        It may also continue if the cluster refuses permanently: then a snapshot that the driver takes later
        is marked as a duplicate, and deleted with its objects.
        """
        try:
            found = self._withdraw(self.clusters.open(point.claim.cluster), point)
        except PermanentError as error:
            log.warning("the VolumeSnapshot of point %s stays: %s", point.id, error.reason)
            return timedelta()
        except TemporaryError as error:
            log.info("the VolumeSnapshot of point %s cannot be removed now: %s", point.id, error.reason)
            return self._while_it_makes_sense(point, error.delay)
        if found.snapshot_id and point.state is not PointState.FAILED:
            cut_at = found.cut_at or self.clock()
            creation = Creation(point.id, found.snapshot_id, cut_at, note=CUT_AFTER_ALL)
            self.creations.write_created(point.run, [creation])
        if not found.left:
            if not found.snapshot_id and point.state is PointState.FAILED:
                self.points.write_withdrawn(point)
            return timedelta()
        log.info("point %s waits: %s", point.id, "; ".join(map(str, found.left)))
        return self._while_it_makes_sense(point, LOOK_AGAIN)

    def _withdraw(self, cluster: SnapshotObjects, point: Point) -> Withdrawn:
        """Withdraw the objects. A snapshot that was taken keeps them, unless that snapshot is why csi was
        given up."""
        found = cluster.withdraw_volume_snapshot(point)
        is_kept = not found.snapshot_id or point.state is PointState.FAILED or self._is_useful(found, point)
        return found if is_kept else cluster.withdraw_volume_snapshot(point, useless=found.snapshot_id)

    def _is_useful(self, found: Withdrawn, point: Point) -> bool:
        """False for a snapshot that is gone, of another volume or time, or marked as a duplicate.

        EC2's describes may lag: a snapshot they do not show counts as gone only some time after it was taken.
        """
        snapshot = self.snapshots.get(found.snapshot_id)
        if snapshot is None:
            return found.cut_at is None or self.clock() - found.cut_at <= self.consistency_wait
        is_own = snapshot.volume_id == point.volume_id and not is_too_early(snapshot.started_at, point)
        return is_own and tags.DUPLICATE not in snapshot.tags

    def _while_it_makes_sense(self, point: Point, delay: timedelta) -> timedelta:
        """How long to wait; once the point's time is over it fails, and the sweep handles its objects."""
        return delay if self.clock() < point.give_up_at else timedelta()
