"""Whether what was read of one point is the same in an older one, by one list of the blocks that differ."""

from __future__ import annotations

from dataclasses import dataclass, field

from snapkeep.domain.errors import Forbidden, Invalid, NotFound
from snapkeep.domain.files.requests import ReadPoint
from snapkeep.ports.blocks import Blocks
from snapkeep.services.files.open_point import OpenedPoint


@dataclass(slots=True)
class Seen:
    """The blocks through which something was read in a point.

    `from_log` says that some of it was in the log only. Otherwise its blocks hold it, and so they do in an
    older point from which they do not differ: had that point's log held something else for them, the kernel
    would have written it there since.
    """

    point: ReadPoint
    blocks: set[int] = field(default_factory=set)
    from_log: bool = False


def seen(opened: OpenedPoint) -> Seen:
    """What was read since a point was opened."""
    return Seen(opened.point, set(opened.volume.touched), opened.files.read_from_log)


def is_same(blocks: Blocks, older: ReadPoint, newer: Seen) -> bool:
    """True when all that was read of `newer` is the same in the older point. The first difference ends it."""
    if newer.from_log or not newer.blocks:
        return False
    try:
        changed = blocks.changed(older.snapshot_id, newer.point.snapshot_id, min(newer.blocks))
        return not any(index in newer.blocks for index in changed)
    except (Invalid, NotFound, Forbidden):
        return False  # of another volume, or gone: looking at it says more
