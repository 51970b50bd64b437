"""The cluster objects of snapshots to delete: VolumeSnapshots and the contents that name the snapshots."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from snapkeep.domain import tags
from snapkeep.domain.backup.object_names import point_of_object
from snapkeep.domain.errors import ClusterUnreachable, PermanentError, SnapkeepError, TemporaryError
from snapkeep.domain.points import Snapshot
from snapkeep.domain.retention.deletion.deletions import Leftover, SnapshotContent, refuse_unless_retained
from snapkeep.ports.kubernetes import Clusters, SnapshotObjects


@dataclass(frozen=True, slots=True)
class SnapshotObject:
    """A VolumeSnapshot, or a VolumeSnapshotContent, which has no namespace."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Objects:
    """The snapshot objects of one cluster, their contents listed once: by the snapshot that they name, and by
    namespace and name of their VolumeSnapshot.

    `gone` says that EKS has no such cluster, `unreachable` why its objects cannot be reached now.
    """

    cluster: SnapshotObjects | None = None
    contents: dict[str, list[SnapshotContent]] = field(default_factory=dict)
    by_point: dict[tuple[str, str], list[SnapshotContent]] = field(default_factory=dict)
    gone: str = ""
    unreachable: str = ""

    def remove(
        self,
        snapshot_id: str,
        snapshot: Snapshot | None,
        is_gone: Callable[[str], bool] = lambda _: False,
    ) -> list[SnapshotObject]:
        """Request the deletion of a point's VolumeSnapshot, then of every content that names the snapshot.

        The deletions may take a moment, or be held by finalizers: see `left`. `is_gone` says whether EC2 no
        longer has another snapshot: a content of the point's VolumeSnapshot that names such a one is deleted,
        too.

        Raises PermanentError for a content that would take the EBS snapshot with it, and
        TemporaryError while the cluster cannot be reached (points taken by EC2 need no cluster).
        """
        if self.cluster is None:
            if snapshot is not None and not tags.is_by_driver(snapshot.tags):
                return []
            raise ClusterUnreachable(f"its VolumeSnapshot cannot be deleted now: {self.unreachable}")
        stale = [item for item in self._of_point(snapshot, snapshot_id) if is_gone(item.snapshot_id)]
        named = [*self.contents.get(snapshot_id, []), *stale]
        known = {"", snapshot_id, *(item.snapshot_id for item in stale)}
        for content in named:
            refuse_unless_retained(content.name, content.deletion_policy, content.snapshot_id, "it")
        asked = []
        for namespace, name in sorted(self._own(snapshot, named)):
            found = self.cluster.volume_snapshot(namespace, name)
            if found is not None and found.snapshot_id in known:
                self.cluster.delete_volume_snapshot(namespace, name)
                asked.append(SnapshotObject(namespace, name))
        for content in named:
            self.cluster.delete_snapshot_content(content.name, content.uid)
            asked.append(SnapshotObject("", content.name))
        return asked

    def left(self, asked: Iterable[SnapshotObject]) -> list[Leftover]:
        """The objects that still exist, with what holds them."""
        if self.cluster is None:
            return []
        found = [
            self.cluster.volume_snapshot_left(item.namespace, item.name)
            if item.namespace
            else self.cluster.snapshot_content_left(item.name)
            for item in asked
        ]
        return [item for item in found if item is not None]

    def _of_point(self, snapshot: Snapshot | None, snapshot_id: str) -> list[SnapshotContent]:
        """Contents of the point's VolumeSnapshot that name another snapshot."""
        point = snapshot.tags.get(tags.POINT, "") if snapshot is not None else ""
        namespace = snapshot.tags.get(tags.NAMESPACE, "") if snapshot is not None else ""
        found = self.by_point.get((namespace, point), []) if point else []
        return [item for item in found if item.snapshot_id != snapshot_id]

    def _own(self, snapshot: Snapshot | None, named: list[SnapshotContent]) -> set[tuple[str, str]]:
        """Namespace and name of the point's VolumeSnapshot: from its tags, or from one of our contents."""
        if snapshot is None:
            return {(item.namespace, item.volume_snapshot) for item in named if item.volume_snapshot}
        point = snapshot.tags.get(tags.POINT, "")
        of_point = [item for item in named if point and point_of_object(item.volume_snapshot) == point]
        bound = {(item.namespace, item.volume_snapshot) for item in of_point}
        if not tags.is_by_driver(snapshot.tags):
            return bound
        tagged = (snapshot.tags.get(tags.NAMESPACE, ""), tags.volume_snapshot_of(snapshot.tags))
        return {tagged, *bound}  # the tag may be edited


def why_gone(clusters: Clusters, name: str) -> str:
    """Why EKS has no such cluster; "" when it has one, or does not answer now."""
    try:
        clusters.open(name)
    except PermanentError as error:
        return error.reason
    except TemporaryError:
        pass
    return ""


def open_objects(clusters: Clusters, name: str) -> Objects:
    """The objects of a cluster; a cluster that is gone or unreachable is marked so instead of raising."""
    try:
        cluster = clusters.open(name)
    except PermanentError as error:
        return Objects(gone=error.reason)
    except TemporaryError as error:
        return Objects(unreachable=error.reason)
    contents: dict[str, list[SnapshotContent]] = {}
    by_point: dict[tuple[str, str], list[SnapshotContent]] = {}
    try:
        for content in cluster.snapshot_contents():
            if not content.snapshot_id:
                continue
            contents.setdefault(content.snapshot_id, []).append(content)
            pair = (content.namespace, point_of_object(content.volume_snapshot))
            by_point.setdefault(pair, []).append(content)
    except SnapkeepError as error:
        return _look_again(clusters, name, error)
    return Objects(cluster, contents, by_point)


def _look_again(clusters: Clusters, name: str, error: SnapkeepError) -> Objects:
    """Ask EKS again: a cluster that does not answer may be gone by now."""
    gone = why_gone(clusters, name)
    return Objects(gone=gone) if gone else Objects(unreachable=error.reason)
