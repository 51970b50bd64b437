"""Finds existing snapshots, before and after a create."""

from __future__ import annotations

from collections.abc import Sequence

from snapkeep.domain import tags
from snapkeep.domain.drivers import NAMED_SNAPSHOT
from snapkeep.domain.naming import tag_value
from snapkeep.domain.points import Point, Snapshot, is_too_early
from snapkeep.ports.ec2 import Snapshots


def existing_of(snapshots: Snapshots, points: Sequence[Point]) -> dict[str, Snapshot]:
    """The existing snapshots of these points (all of one run), by point id, the oldest of each.

    Snapshots marked as duplicates are omitted.
    """
    if not points:
        return {}
    identity = tags.identity_tags(points[0])
    wanted = {key: identity[key] for key in (tags.MANAGED, tags.RUN)}
    existing: dict[str, Snapshot] = {}
    for snapshot in snapshots.find(wanted, [point.volume_id for point in points]):
        for point in points:
            if tags.DUPLICATE in snapshot.tags or not belongs_to(snapshot, point):
                continue
            existing[point.id] = min(existing.get(point.id, snapshot), snapshot, key=_age)
    return existing


def existing_or_cut(snapshots: Snapshots, points: Sequence[Point]) -> dict[str, Snapshot]:
    """The existing snapshots of points to be taken by ebs, by point id, including those that the driver took
    first."""
    fell_back = [point for point in points if point.fell_back]
    cut = {point.id: found[0] for point in fell_back if (found := cut_for(snapshots, point))}
    return cut | existing_of(snapshots, points)


def belongs_to(snapshot: Snapshot, point: Point) -> bool:
    """True if a snapshot of the point's run belongs to the point.

    It must be of the point's volume and must not have started before the run, whatever its tags say, because
    anybody who may use our VolumeSnapshotClass can name a VolumeSnapshot after a point. Its tags must also
    name the point, or the point's own VolumeSnapshot, because another claim may use the same volume. Only a
    snapshot from CreateSnapshots names no point at first: it belongs to the group member that goes first on
    its volume.
    """
    if snapshot.volume_id != point.volume_id or is_too_early(snapshot.started_at, point):
        return False
    if named := snapshot.tags.get(tags.POINT, ""):
        return named == point.id
    if tags.SNAPSHOT_NAME in snapshot.tags:
        return point.may_have_object and tags.snapshot_object_tags(point).items() <= snapshot.tags.items()
    return bool(point.group) and not point.behind and snapshot.tags.get(tags.GROUP) == tag_value(point.group)


def cut_for(snapshots: Snapshots, point: Point) -> list[Snapshot]:
    """The snapshots that the driver took for the point's VolumeSnapshot, as far as EC2 shows them, oldest
    first.

    Snapshots marked as duplicates are omitted.
    """
    if not point.may_have_object:
        return []
    wanted = {
        tags.MANAGED: "true",
        tags.CLUSTER: point.claim.cluster,
        **tags.snapshot_object_tags(point),
    }
    if point.driver_mark:  # this driver may not write our tags
        wanted = {NAMED_SNAPSHOT: point.driver_mark}
    found = snapshots.find(wanted, [point.volume_id])
    own = (each for each in found if not is_too_early(each.started_at, point))
    return sorted((each for each in own if tags.DUPLICATE not in each.tags), key=_age)


def _age(snapshot: Snapshot) -> tuple[float, str]:
    return snapshot.started_at.timestamp(), snapshot.id
