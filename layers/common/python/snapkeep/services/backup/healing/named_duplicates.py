"""Of several snapshots taken for one VolumeSnapshot, makes the one count that its content names.

The sidecar keeps the first handle that the driver returned. While EC2 does not show that snapshot yet, a
later duplicate may complete and count; once EC2 shows the first one, the two are swapped.
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
from snapkeep.domain.retention.snapshot_tags import hold_of
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.kubernetes import Clusters
from snapkeep.services.backup.complete import CompletePoints

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NamedDuplicates:
    """Finds marked duplicates of a cluster that a VolumeSnapshot names."""

    clusters: Clusters
    snapshots: Snapshots
    complete_points: CompletePoints

    def settle(self, cluster: str) -> list[str]:
        """Make every named duplicate its point's snapshot; returns their ids. Trouble with one never stops
        the others.

        A held point waits, because a restore may be reading the snapshot that counts now.
        """
        wanted = {tags.MANAGED: "true", tags.CLUSTER: cluster, tags.DUPLICATE: "true"}
        marked = list(self.snapshots.find(wanted, state=SnapshotState.COMPLETED))
        return [duplicate.id for duplicate in marked if self._attempt(cluster, duplicate)]

    def _attempt(self, cluster: str, duplicate: Snapshot) -> bool:
        try:
            return self._settle_one(cluster, duplicate)
        except SnapkeepError as error:
            log.warning("duplicate %s could not be settled: %s", duplicate.id, error.reason)
            return False

    def _settle_one(self, cluster: str, duplicate: Snapshot) -> bool:
        point = self.complete_points.point_of(duplicate)
        if point is None or point.method is not Method.CSI or point.state is not PointState.READY:
            return False
        others = self._others(point, duplicate)
        if not others or any(hold_of(other) for other in others):
            return False
        if not self._is_named(cluster, point, duplicate):
            return False
        counted = [other for other in others if tags.DUPLICATE not in other.tags]
        self.complete_points.put_in_place(point, duplicate, counted)
        log.info("%s is the snapshot of point %s: its VolumeSnapshot names it", duplicate.id, point.id)
        return True

    def _others(self, point: Point, duplicate: Snapshot) -> Sequence[Snapshot]:
        """The point's other snapshots. If there are none, a person marked the duplicate, not Snapkeep."""
        found = self.snapshots.find({tags.MANAGED: "true", tags.POINT: point.id}, [point.volume_id])
        return [other for other in found if other.id != duplicate.id]

    def _is_named(self, cluster: str, point: Point, duplicate: Snapshot) -> bool:
        found = self.clusters.open(cluster).volume_snapshot(point.claim.namespace, point.volume_snapshot)
        return found is not None and found.snapshot_id == duplicate.id
