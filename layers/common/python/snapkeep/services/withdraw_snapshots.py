"""Withdrawing VolumeSnapshots that csi was given up for, so that no driver cuts one of them later."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain.errors import PermanentError, TemporaryError
from snapkeep.domain.points import Point, PointState
from snapkeep.ports import Clock, Clusters, Creation, Journal

LOOK_AGAIN = timedelta(seconds=10)
"""A snapshot controller and a sidecar that are alive need about two seconds."""

CUT_AFTER_ALL = "by csi after all: the driver had cut it by the time that ebs was to take over"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WithdrawSnapshots:
    """Removes a point's VolumeSnapshot and content; what was cut in the meantime becomes the point's."""

    clusters: Clusters
    journal: Journal
    clock: Clock

    def run(self, point: Point) -> timedelta:
        """How long the point must wait before it is looked at again; no time when it may go on.

        It may also go on when the cluster refuses for good: a snapshot that the driver cuts later is
        then marked as a duplicate, and goes with its objects.
        """
        try:
            found = self.clusters.open(point.claim.cluster).withdraw_volume_snapshot(point)
        except PermanentError as error:
            log.warning("the VolumeSnapshot of point %s stays: %s", point.id, error.reason)
            return timedelta()
        except TemporaryError as error:
            log.info("the VolumeSnapshot of point %s cannot be removed now: %s", point.id, error.reason)
            return self._while_it_makes_sense(point, error.delay)
        if found.snapshot_id and point.state is not PointState.FAILED:
            creation = Creation(point.id, found.snapshot_id, self.clock(), note=CUT_AFTER_ALL)
            self.journal.write_created(point.run, [creation])
        if not found.left:
            return timedelta()
        log.info("point %s waits: %s", point.id, "; ".join(map(str, found.left)))
        return self._while_it_makes_sense(point, LOOK_AGAIN)

    def _while_it_makes_sense(self, point: Point, delay: timedelta) -> timedelta:
        """A point that is given up meanwhile fails; of a failed one, the sweep takes care."""
        return delay if self.clock() < point.give_up_at else timedelta()
