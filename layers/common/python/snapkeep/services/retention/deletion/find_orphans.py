"""Finding orphans: EC2, Kubernetes and the journal are compared."""

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
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.journal import Journal
from snapkeep.ports.kubernetes import Cluster, Clusters

LOOK_BACK = orphans.SWEPT_EVERY + timedelta(days=1)
"""How far back the journal is compared with EC2."""

NOT_COMPARED = "the objects of the cluster were not compared"


@dataclass(slots=True)
class Seen:
    """What EC2 listed: ids of all, and a census of each cluster of the config."""

    clusters: dict[str, ClusterSnapshots]
    strangers: UnknownSnapshots = field(default_factory=UnknownSnapshots)
    ids: set[str] = field(default_factory=set)


@dataclass(slots=True)
class ClusterObjects:
    """What a cluster showed; `cluster` is None when its objects were not listed. `note` says why not, and
    `failed` whether that is trouble."""

    cluster: Cluster | None = None
    contents: list[SnapshotContent] = field(default_factory=list)
    snapshots: list[ListedSnapshot] = field(default_factory=list)
    note: str = ""
    failed: bool = False


@dataclass(frozen=True, slots=True)
class FindOrphans:
    """Looks, and changes nothing. `snapshots` are those of all deployments."""

    deployment: Deployment
    clusters: Clusters
    snapshots: Snapshots
    journal: Journal
    clock: Clock

    def listed(self) -> Seen:
        """All snapshots of ours, read page by page; those that only carry `snapkeep:managed` are not."""
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
        """The snapshot objects of a cluster; one that cannot be listed whole counts as not listed.

        Nor do those of a cluster that another deployment serves as well: what is of its restores and points
        our journal does not know.
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
        restores = {name for restore in self.journal.restores.open_restores() for name in restore.all_objects}
        by_snapshot = {(item.namespace, item.volume_snapshot): item for item in seen.contents}
        for orphan in census.orphans(now):
            point = self.journal.points.find_point(orphan.point) if orphan.point else None
            yield orphans.unless_it_counts(orphan, point)
        for orphan in orphans.of_contents(cluster, seen.contents, ids, restores, now):
            if self._is_still_one(orphan, seen):
                yield orphan
        for orphan in orphans.of_volume_snapshots(seen.snapshots, by_snapshot, points, ids, now):
            if self._is_still_one(orphan, seen):
                yield orphan
        yield from self._lost(cluster, ids, now)

    def _is_still_one(self, orphan: Orphan, seen: ClusterObjects) -> bool:
        """Listings lag and leave out what is not tagged as ours: the snapshot itself is asked for."""
        if orphan.name.startswith(orphans.RESTORE_PREFIX):
            return True
        named = {
            item.snapshot_id
            for item in seen.contents
            if orphan.name in (item.name, f"{item.namespace}/{item.volume_snapshot}")
        }
        return all(self.snapshots.get(name) is None for name in named if name)

    def _lost(self, cluster: str, ids: set[str], now: datetime) -> Iterator[Orphan]:
        """Points that the journal knows as ready and that nobody of ours deleted."""
        named = [policy.name for policy in self.deployment.policies if cluster in policy.clusters]
        for policy in (*named, ON_DEMAND):
            for run in self.journal.runs.runs_of(cluster, policy, now - LOOK_BACK):
                for point in self.journal.points.points_of(run.id):
                    gone = point.state is PointState.READY and point.snapshot_id not in ids
                    if gone and self._went_unasked(point.snapshot_id):
                        yield orphans.lost_point(point.id, point.snapshot_id, point.size_bytes)

    def _went_unasked(self, snapshot_id: str) -> bool:
        return (
            not self.journal.deletions.knows_deletion(snapshot_id) and self.snapshots.get(snapshot_id) is None
        )
