"""Copies in a place as restores see them: by their tags alone, for their source may be gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.copies.copies import read_copy
from snapkeep.domain.points import Snapshot
from snapkeep.domain.restore.points import PointFacts, point_of
from snapkeep.domain.retention.snapshot_tags import Unreadable

Origin = tuple[str, str]
"""A cluster, and the account and Region (`111122223333/ap-northeast-2`) that its points were copied from."""


def point_of_copy(snapshot: Snapshot, region: str) -> PointFacts | None:
    """The recovery point that a copy holds; None for what is no copy, or one that does not count.

    Its time is that of its source (`snapkeep:taken`); the copy's own start and volume say nothing. It has no
    VolumeSnapshot in any cluster, whatever a cluster of the same name has.
    """
    if snapshot.tags.get(tags.MANAGED) != copy_tags.COPY or not _counts(snapshot):
        return None
    copy, point = read_copy(snapshot), point_of(snapshot, region)
    if isinstance(copy, Unreadable) or point is None:
        return None
    return replace(
        point,
        started_at=copy.taken,
        place=copy.place,
        copied_from=snapshot.tags.get(copy_tags.COPY_FROM, ""),
        object_name="",
    )


def origins(points: Iterable[PointFacts]) -> list[Origin]:
    """Where these points come from, sorted: clusters of one name in two Regions are two clusters."""
    return sorted({(point.cluster, point.copied_from) for point in points})


def _counts(snapshot: Snapshot) -> bool:
    return not {tags.DUPLICATE, copy_tags.CANCELLED} & snapshot.tags.keys()
