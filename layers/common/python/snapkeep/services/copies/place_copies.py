"""The copies in a place as EC2 lists them there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.copies.copies import Copy, CopyState, read_copy
from snapkeep.domain.copies.places import Place
from snapkeep.domain.retention.snapshot_tags import Unreadable
from snapkeep.ports.ec2 import Snapshots

PointKey = tuple[str, str]
"""A point by its cluster and its id."""


@dataclass(frozen=True)
class PlaceCopies:
    """What EC2 shows of a place; it lags by up to minutes. `unreadable` count nowhere."""

    copies: Sequence[Copy]
    unreadable: Sequence[Unreadable] = ()

    @cached_property
    def by_id(self) -> dict[str, Copy]:
        """The copies by snapshot id."""
        return {copy.snapshot_id: copy for copy in self.copies}

    @cached_property
    def by_point(self) -> dict[PointKey, list[Copy]]:
        """For each point the copies that stand for it, complete ones first, then the oldest; failed ones and
        duplicates do not."""
        found: dict[PointKey, list[Copy]] = {}
        for copy in sorted(self.copies, key=_rank):
            if copy.is_there:
                found.setdefault(key_of(copy), []).append(copy)
        return found

    @property
    def pending(self) -> list[Copy]:
        """The copies in progress, duplicates included: EC2 counts them all."""
        return [copy for copy in self.copies if copy.state is CopyState.PENDING]


def _rank(copy: Copy) -> tuple[bool, datetime, str]:
    return copy.state is not CopyState.READY, copy.started_at, copy.snapshot_id


def key_of(copy: Copy) -> PointKey:
    """The point that a copy was made of."""
    return copy.claim.cluster, copy.point_id


def read_place(snapshots: Snapshots, place: Place) -> PlaceCopies:
    """The copies of the deployment in a place; `snapshots` are those of its Region.

    Raises SnapkeepError unless EC2 lists them all, because a part must not count as the whole.
    """
    wanted = copy_tags.found_by(place.name)
    return sorted_out(read_copy(snapshot) for snapshot in snapshots.find(wanted))


def sorted_out(found: Iterable[Copy | Unreadable]) -> PlaceCopies:
    """Copies, and what cannot be read as one, apart."""
    copies: list[Copy] = []
    unreadable: list[Unreadable] = []
    for each in found:
        if isinstance(each, Unreadable):
            unreadable.append(each)
        else:
            copies.append(each)
    return PlaceCopies(copies, unreadable)
