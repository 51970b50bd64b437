"""Takes a point by csi: creates a VolumeSnapshot, for which the driver takes the snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain.drivers import DRIVERS, snapshot_mark
from snapkeep.domain.errors import NameTaken, NotAdmitted, TemporaryError
from snapkeep.domain.points import Point, PointState
from snapkeep.domain.policies import Deployment
from snapkeep.ports.clock import Clock, Nonce
from snapkeep.ports.kubernetes import Clusters
from snapkeep.ports.points import Creation, Creations
from snapkeep.ports.runs import Runs
from snapkeep.services.backup.taking.point_spec import spec_of_point


@dataclass(frozen=True, slots=True)
class CsiTaker:
    """Creates VolumeSnapshots. `nonce` returns a new random text each time."""

    deployment: Deployment
    clusters: Clusters
    runs: Runs
    creations: Creations
    clock: Clock
    nonce: Nonce

    def take(self, point: Point, owner: str) -> None:
        """Create the VolumeSnapshot; its name is journaled first, so a second create changes nothing.

        If it cannot be created, the point is planned by ebs where its policy allows that, and TemporaryError
        is raised so that it is taken at once. Otherwise the refusal is raised.
        """
        if point.state is PointState.PLANNED:
            point = self.creations.write_intent(point, owner, self.clock(), self.nonce())
        try:
            uid = self.clusters.open(point.claim.cluster).create_volume_snapshot(point)
        except (NotAdmitted, NameTaken) as error:
            spec = spec_of_point(point, self.deployment, self.runs)
            if spec is None or not spec.csi_fallback:
                raise
            self.creations.replan(point, f"by ebs instead of csi: {error.reason}")
            raise TemporaryError(error.reason, timedelta()) from error
        mark = "" if DRIVERS[point.claim.driver].class_tags else snapshot_mark(uid)
        self.creations.write_created(point.run, [Creation(point.id, "", self.clock(), driver_mark=mark)])
