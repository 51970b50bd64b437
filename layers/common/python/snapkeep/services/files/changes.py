"""Whether what was read of one point is the same in an older one, by one list of the blocks that differ."""

from __future__ import annotations

from dataclasses import dataclass, field

from snapkeep.domain.errors import Forbidden, Invalid, NotFound
from snapkeep.domain.files.requests import ReadPoint
from snapkeep.ports.blocks import Blocks
from snapkeep.services.files.open_point import OpenedPoint

OF_COPIES = "vol-ffffffff"
"""The volume that EC2 shows for every copy of a snapshot.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Snapshot.html
"""


@dataclass(slots=True)
class Seen:
    """The blocks through which something was read in a point.

    `volume` is the volume that was snapshotted. `from_log` says that some of it was in the log only, or that
    the log could not be replayed. Otherwise its blocks hold it, and so they do in an older point of the same
    volume from which they do not differ: had that point's log held something else for them, the kernel would
    have written it there since.
    """

    point: ReadPoint
    volume: str
    blocks: set[int] = field(default_factory=set)
    from_log: bool = False


def seen(opened: OpenedPoint, volume: str) -> Seen:
    """What was read since a point of a volume was opened."""
    from_log = opened.files.read_from_log or bool(opened.files.facts.log_trouble)
    return Seen(opened.point, volume, set(opened.volume.touched), from_log)


def is_same(blocks: Blocks, older: ReadPoint, volume: str, newer: Seen) -> bool:
    """True when all that was read of `newer` is the same in the older point of a volume. The first difference
    ends it. Another volume was restored from an older point, perhaps: then nothing follows from its blocks.
    """
    if newer.from_log or not newer.blocks or volume != newer.volume or volume == OF_COPIES:
        return False
    try:
        changed = blocks.changed(older.snapshot_id, newer.point.snapshot_id, min(newer.blocks))
        return not any(index in newer.blocks for index in changed)
    except (Invalid, NotFound, Forbidden):
        return False  # of another volume, or gone: looking at it says more
