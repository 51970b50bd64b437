"""Named twins: of the snapshots cut for one VolumeSnapshot, the one that its content names is the point.

The sidecar keeps the first handle that the driver gave it. While EC2 hides that snapshot, a later twin can
complete and count; once EC2 shows the first one, the two change places.
https://github.com/kubernetes-csi/external-snapshotter/blob/master/pkg/sidecar-controller/snapshot_controller.go
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from snapkeep.domain import tags
from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.points import Point, PointState, Snapshot, SnapshotState
from snapkeep.domain.policies import Method
from snapkeep.domain.snapshot_tags import hold_of
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.kubernetes import Clusters
from snapkeep.services.backup.complete import CompletePoints

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NamedDuplicates:
    """Looks at the marked duplicates of a cluster for those that a VolumeSnapshot names."""

    clusters: Clusters
    snapshots: Snapshots
    complete_points: CompletePoints

    def settle(self, cluster: str) -> list[str]:
        """Put every named twin in its place; returns their ids. Trouble with one never stops the others.

        A point that is held waits: a restore may be reading the snapshot that counts now.
        """
        wanted = {tags.MANAGED: "true", tags.CLUSTER: cluster, tags.DUPLICATE: "true"}
        marked = list(self.snapshots.find(wanted, state=SnapshotState.COMPLETED))
        return [twin.id for twin in marked if self._attempt(cluster, twin)]

    def _attempt(self, cluster: str, twin: Snapshot) -> bool:
        try:
            return self._settle_one(cluster, twin)
        except SnapkeepError as error:
            log.warning("twin %s could not be settled: %s", twin.id, error.reason)
            return False

    def _settle_one(self, cluster: str, twin: Snapshot) -> bool:
        point = self.complete_points.point_of(twin)
        if point is None or point.method is not Method.CSI or point.state is not PointState.READY:
            return False
        others = self._others(point, twin)
        if not others or any(hold_of(other) for other in others):
            return False
        if not self._is_named(cluster, point, twin):
            return False
        counted = [other for other in others if tags.DUPLICATE not in other.tags]
        self.complete_points.put_in_place(point, twin, counted)
        log.info("%s is the snapshot of point %s: its VolumeSnapshot names it", twin.id, point.id)
        return True

    def _others(self, point: Point, twin: Snapshot) -> Sequence[Snapshot]:
        """The point's other snapshots. Without any, it was a person who marked the twin, not Snapkeep."""
        found = self.snapshots.find({tags.MANAGED: "true", tags.POINT: point.id}, [point.volume_id])
        return [other for other in found if other.id != twin.id]

    def _is_named(self, cluster: str, point: Point, twin: Snapshot) -> bool:
        found = self.clusters.open(cluster).volume_snapshot(point.claim.namespace, point.volume_snapshot)
        return found is not None and found.snapshot_id == twin.id
