"""Finds orphans by comparing EC2, Kubernetes and the journal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from snapkeep.domain import tags
from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import ON_DEMAND, Deployment
from snapkeep.domain.retention.deletion import orphans
from snapkeep.domain.retention.deletion.deletions import SnapshotContent
from snapkeep.domain.retention.deletion.orphans import (
    ClusterSnapshots,
    ListedSnapshot,
    Orphan,
    UnknownSnapshots,
)
from snapkeep.ports.clock import Clock
from snapkeep.ports.deletions import Deletions
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.kubernetes import Clusters, SnapshotObjects
from snapkeep.ports.points import Points
from snapkeep.ports.restores import Restores
from snapkeep.ports.runs import Runs

LOOK_BACK = orphans.SWEPT_EVERY + timedelta(days=1)
"""How far back the journal is compared with EC2."""

NOT_COMPARED = "the objects of the cluster were not compared"


@dataclass(slots=True)
class Seen:
    """EC2's listing: all ids, and the snapshots of each configured cluster."""

    clusters: dict[str, ClusterSnapshots]
    strangers: UnknownSnapshots = field(default_factory=UnknownSnapshots)
    ids: set[str] = field(default_factory=set)


@dataclass(slots=True)
class ClusterObjects:
    """The objects of a cluster; `cluster` is None when they were not listed. `note` says why not, and
    `failed` whether that is an error."""

    cluster: SnapshotObjects | None = None
    contents: list[SnapshotContent] = field(default_factory=list)
    snapshots: list[ListedSnapshot] = field(default_factory=list)
    note: str = ""
    failed: bool = False


@dataclass(frozen=True, slots=True)
class FindOrphans:
    """Reads only. `snapshots` are those of all deployments."""

    deployment: Deployment
    clusters: Clusters
    snapshots: Snapshots
    runs: Runs
    points: Points
    restores: Restores
    deletions: Deletions
    clock: Clock

    def listed(self) -> Seen:
        """All of our snapshots, read page by page; the tag `snapkeep:managed` alone does not make one
        ours.
        """
        seen = Seen({item.name: ClusterSnapshots(item.name) for item in self.deployment.clusters})
        for snapshot in self.snapshots.find({tags.MANAGED: "true"}):
            seen.ids.add(snapshot.id)
            if not tags.are_ours(snapshot.tags):
                continue
            census = seen.clusters.get(snapshot.tags.get(tags.CLUSTER, ""))
            if not tags.is_anothers(snapshot.tags, self.deployment.name):
                (census or seen.strangers).add(snapshot)
            elif census:
                census.add_anothers(snapshot)
        return seen

    def objects(self, census: ClusterSnapshots) -> ClusterObjects:
        """The snapshot objects of a cluster; an incomplete listing counts as none.

        A cluster that another deployment serves as well is not listed, because our journal does not know the
        other's restores and points.
        """
        if census.anothers:
            others = ", ".join(census.anothers)
            return ClusterObjects(note=f"{NOT_COMPARED}: some are those of {others}")
        try:
            opened = self.clusters.open(census.cluster)
            return ClusterObjects(opened, list(opened.snapshot_contents()), list(opened.listed_snapshots()))
        except SnapkeepError as error:
            return ClusterObjects(note=f"{NOT_COMPARED}: {error.reason}", failed=True)

    def find(self, census: ClusterSnapshots, ids: set[str], seen: ClusterObjects) -> Iterator[Orphan]:
        """The orphans of a cluster; `ids` are all snapshots that EC2 listed."""
        now, cluster, points = self.clock(), census.cluster, census.points
        restores = {name for restore in self.restores.open_restores() for name in restore.all_objects}
        by_snapshot = {(item.namespace, item.volume_snapshot): item for item in seen.contents}
        for orphan in census.orphans(now):
            point = self.points.find_point(orphan.point) if orphan.point else None
            yield orphans.unless_it_counts(orphan, point)
        for orphan in orphans.of_contents(cluster, seen.contents, ids, restores, now):
            if self._is_still_one(orphan, seen):
                yield orphan
        for orphan in orphans.of_volume_snapshots(seen.snapshots, by_snapshot, points, ids, now):
            if self._is_still_one(orphan, seen):
                yield orphan
        yield from self._lost(cluster, ids, now)

    def _is_still_one(self, orphan: Orphan, seen: ClusterObjects) -> bool:
        """Check the snapshot itself, because listings lag and omit those not tagged as ours."""
        if orphan.name.startswith(orphans.RESTORE_PREFIX):
            return True
        named = {
            item.snapshot_id
            for item in seen.contents
            if orphan.name in (item.name, f"{item.namespace}/{item.volume_snapshot}")
        }
        return all(self.snapshots.get(name) is None for name in named if name)

    def _lost(self, cluster: str, ids: set[str], now: datetime) -> Iterator[Orphan]:
        """Points that are ready in the journal and whose missing snapshots Snapkeep did not delete."""
        named = [policy.name for policy in self.deployment.policies if cluster in policy.clusters]
        for policy in (*named, ON_DEMAND):
            for run in self.runs.runs_of(cluster, policy, now - LOOK_BACK):
                for point in self.points.points_of(run.id):
                    gone = point.state is PointState.READY and point.snapshot_id not in ids
                    if gone and self._went_unasked(point.snapshot_id):
                        yield orphans.lost_point(point.id, point.snapshot_id, point.size_bytes)

    def _went_unasked(self, snapshot_id: str) -> bool:
        return not self.deletions.knows_deletion(snapshot_id) and self.snapshots.get(snapshot_id) is None
