"""Orphans: snapshots and objects made for backups that belong to no backup, found by comparing EC2,
Kubernetes and the journal.

A recovery point with complete tags is never an orphan, whatever the journal says: losing the journal loses no
backup. What may still be in progress, or has an unknown owner, is reported and kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from snapkeep.domain import tags
from snapkeep.domain.backup.object_names import point_of_object
from snapkeep.domain.naming import snapshot_classes
from snapkeep.domain.points import Point, Snapshot, SnapshotState
from snapkeep.domain.report.cost import storage_at_most
from snapkeep.domain.restore.operations import object_name
from snapkeep.domain.retention.deletion.deletions import RETAIN, SnapshotContent, retain_command
from snapkeep.domain.retention.snapshot_tags import Unreadable, hold_of, is_away, read

MIN_AGE = timedelta(days=1)
"""Anything younger is not yet an orphan, because snapshots take hours, and listings and events lag."""

RESTORE_PREFIX = object_name("")


class OrphanKind(StrEnum):
    """The kind of thing that is left over."""

    LATE_SNAPSHOT = "late snapshot"
    UNREADABLE_SNAPSHOT = "unreadable snapshot"
    UNKNOWN_CLUSTER = "snapshots of an unknown cluster"
    OTHER_DEPLOYMENT = "snapshots of another deployment"
    CONTENT = "VolumeSnapshotContent"
    VOLUME_SNAPSHOT = "VolumeSnapshot"
    LOST_POINT = "lost recovery point"
    RECOVERY_POINT = "recovery point of AWS Backup"


SWEPT_EVERY = timedelta(days=7)
"""How often the sweep is scheduled."""


@dataclass(frozen=True, slots=True)
class Orphan:
    """One orphan, why it is one, and whether a sweep may delete it.

    `name` is a snapshot id, an ARN, a `namespace/name` or a name; `size_bytes` is the size of the volumes
    behind it; `shield` is the good point of the same claim that must exist when the snapshot is deleted;
    `point` is the id of the point that the snapshot came too late for.
    """

    kind: OrphanKind
    name: str
    reason: str
    size_bytes: int = 0
    deletable: bool = False
    shield: str = ""
    point: str = ""

    @property
    def dollars_a_month(self) -> float:
        """The maximum cost per month: a snapshot stores at most its volume's size, usually far less."""
        return round(storage_at_most(self.size_bytes), 2)


def unless_it_counts(orphan: Orphan, point: Point | None) -> Orphan:
    """A late snapshot, checked against the journal's record of its point (None: there is none).

    The duplicate tag alone does not make a good point an orphan, because anyone who may tag snapshots could
    set it.
    """
    if not orphan.deletable or orphan.kind is not OrphanKind.LATE_SNAPSHOT:
        return orphan
    if point is None:
        reason = "it is marked as a duplicate but stays, because the journal does not know its point"
    elif point.snapshot_id == orphan.name:
        reason = f"it is the snapshot of {point.id} but is marked as a duplicate: find out who did that"
    else:
        return orphan
    return replace(orphan, reason=reason, deletable=False)


@dataclass(frozen=True, slots=True)
class ListedSnapshot:
    """A VolumeSnapshot of ours as a list shows it."""

    namespace: str
    name: str
    created_at: datetime
    uid: str = ""

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(slots=True)
class ClusterSnapshots:
    """The snapshots of one cluster, added one by one. To save memory, little more than the ids of good ones
    is kept."""

    cluster: str
    points: set[str] = field(default_factory=set)
    count: int = 0
    _settled: set[str] = field(default_factory=set)
    _newest: dict[tuple[str, str], tuple[datetime, str]] = field(default_factory=dict)
    _suspects: list[tuple[Snapshot, str]] = field(default_factory=list)
    _anothers: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, snapshot: Snapshot) -> None:
        """Take a snapshot of the cluster into account."""
        self.count += 1
        point = tags.point_id_of(snapshot.tags)
        self.points.add(point)
        if tags.DUPLICATE in snapshot.tags:
            self._suspects.append((snapshot, ""))
            return
        found = read(snapshot, self.cluster)
        if isinstance(found, Unreadable):
            self._suspects.append((snapshot, found.reason))
        elif snapshot.state is SnapshotState.COMPLETED and not is_away(snapshot):
            self._settled.add(point)
            good = (snapshot.started_at, snapshot.id)
            place = (found.claim, snapshot.volume_id)
            self._newest[place] = max(good, self._newest.get(place, good))

    def add_anothers(self, snapshot: Snapshot) -> None:
        """Take into account a snapshot of the cluster that another deployment made."""
        name = snapshot.tags[tags.DEPLOYMENT]
        self.points.add(tags.point_id_of(snapshot.tags))
        count, size = self._anothers.get(name, (0, 0))
        self._anothers[name] = count + 1, size + snapshot.size_bytes

    @property
    def anothers(self) -> list[str]:
        """The names of other deployments that made snapshots of the cluster."""
        return sorted(self._anothers)

    def orphans(self, now: datetime) -> Iterator[Orphan]:
        """The orphans among them, by id, once all have been added."""
        for name, (count, size) in sorted(self._anothers.items()):
            yield Orphan(
                OrphanKind.OTHER_DEPLOYMENT,
                name,
                f"{count} snapshots of this cluster belong to the deployment {name}: this deployment "
                f"neither counts nor deletes them. Let one deployment serve the cluster; if {name} is "
                "gone, run `snapkeep adopt "
                f"--cluster {self.cluster} --from {name}`",
                size,
            )
        for snapshot, unreadable in sorted(self._suspects, key=lambda item: item[0].id):
            if now - snapshot.started_at < MIN_AGE or snapshot.state is SnapshotState.PENDING:
                continue
            if unreadable:
                yield Orphan(
                    OrphanKind.UNREADABLE_SNAPSHOT,
                    snapshot.id,
                    f"{unreadable}. Check it, and delete it by hand if nobody needs it",
                    snapshot.size_bytes,
                )
            elif tags.point_id_of(snapshot.tags) not in self._settled:
                yield self._late(snapshot)

    def _late(self, snapshot: Snapshot) -> Orphan:
        reason = "it came after its point had failed, so it does not count"
        place = (snapshot.tags.get(tags.CLAIM_UID, ""), snapshot.volume_id)
        _, shield = self._newest.get(place, (None, ""))
        if not shield:
            reason += "; it stays because its claim has no other good point"
        elif hold_of(snapshot):
            reason += "; it stays because it is held"
            shield = ""
        return Orphan(
            OrphanKind.LATE_SNAPSHOT,
            snapshot.id,
            reason,
            snapshot.size_bytes,
            bool(shield),
            shield,
            tags.point_id_of(snapshot.tags),
        )


@dataclass(slots=True)
class UnknownSnapshots:
    """Snapkeep's snapshots whose cluster the config does not name, totalled by cluster."""

    _sizes: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, snapshot: Snapshot) -> None:
        """Take a snapshot of an unknown cluster into account."""
        cluster = snapshot.tags.get(tags.CLUSTER, "")
        count, size = self._sizes.get(cluster, (0, 0))
        self._sizes[cluster] = count + 1, size + snapshot.size_bytes

    def orphans(self) -> Iterator[Orphan]:
        """One entry per cluster; a person must decide, because there is nothing to compare them with."""
        for cluster, (count, size) in sorted(self._sizes.items()):
            yield Orphan(
                OrphanKind.UNKNOWN_CLUSTER,
                cluster or "(no cluster tag)",
                f"{count} snapshots of a cluster that snapkeep.yaml does not name: nothing prunes them. "
                "Name the cluster again, or delete them by hand",
                size,
            )


def of_contents(
    cluster: str,
    contents: Iterable[SnapshotContent],
    known: Collection[str],
    open_restores: Collection[str],
    now: datetime,
) -> Iterator[Orphan]:
    """Contents of our classes that name no snapshot in `known`, and imported contents that no restore needs.

    `open_restores` are the object names of restores in progress.
    """
    for content in contents:
        if content.class_name not in snapshot_classes(cluster) or now - content.created_at < MIN_AGE:
            continue
        retains = content.deletion_policy == RETAIN
        flipped = "" if retains else f"; set it to Retain first: `{retain_command(content.name)}`"
        if content.name.startswith(RESTORE_PREFIX):
            if content.name not in open_restores:
                reason = "it was imported for a restore that has ended"
                yield Orphan(OrphanKind.CONTENT, content.name, reason + flipped, deletable=retains)
        elif content.snapshot_id and content.snapshot_id not in known:
            reason = f"it names {content.snapshot_id}, which no longer exists in EC2"
            yield Orphan(OrphanKind.CONTENT, content.name, reason + flipped, deletable=retains)


def of_volume_snapshots(
    listed: Iterable[ListedSnapshot],
    contents: Mapping[tuple[str, str], SnapshotContent],
    points: Collection[str],
    known: Collection[str],
    now: datetime,
) -> Iterator[Orphan]:
    """Snapkeep's VolumeSnapshots without an EBS snapshot.

    `contents` are all contents by namespace and name of their VolumeSnapshot, `points` are the point ids
    found in EC2, `known` its snapshot ids.
    """
    for snapshot in listed:
        if now - snapshot.created_at < MIN_AGE:
            continue
        content = contents.get((snapshot.namespace, snapshot.name))
        if content is None or not content.snapshot_id:
            if point_of_object(snapshot.name) in points:
                continue
            reason = "no snapshot was taken for it within a day, and EC2 has none of its point"
        elif content.snapshot_id not in known:
            reason = f"its snapshot {content.snapshot_id} is gone from EC2"
        else:
            continue
        yield Orphan(OrphanKind.VOLUME_SNAPSHOT, str(snapshot), reason, deletable=True)


def lost_point(point_id: str, snapshot_id: str, size_bytes: int) -> Orphan:
    """A point that is ready in the journal but whose snapshot is gone, though Snapkeep did not delete it."""
    reason = f"its snapshot {snapshot_id} is gone from EC2, and Snapkeep did not delete it: find out who did"
    return Orphan(OrphanKind.LOST_POINT, point_id, reason, size_bytes)
