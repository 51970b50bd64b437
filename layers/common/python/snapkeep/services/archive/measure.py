"""Measures what archiving a snapshot would save: the blocks that no other snapshot holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from snapkeep.domain.proof.blocks import BLOCK
from snapkeep.ports.blocks import Blocks
from snapkeep.services.proof.snapshot_volume import SnapshotVolume


@dataclass(frozen=True, slots=True)
class Measure:
    """Lists blocks; it reads none. Listing 1 TiB takes about 420 calls.

    https://docs.aws.amazon.com/ebs/latest/userguide/readsnapshots.html
    """

    blocks: Blocks

    def unique_bytes(self, before: str, snapshot_id: str, following: str) -> int:
        """The bytes of the blocks that differ from both neighbours: those that leave the standard tier."""
        since = self.blocks.changed(before, snapshot_id)
        until = self.blocks.changed(snapshot_id, following)
        return sum(1 for _ in in_both(since, until)) * BLOCK

    def full_bytes(self, snapshot_id: str, size: int) -> int:
        """The bytes of all blocks that were ever written to the volume, whose size is `size` bytes."""
        return SnapshotVolume(self.blocks, snapshot_id, size, most_blocks=0).written()


def in_both(first: Iterable[int], second: Iterable[int]) -> Iterator[int]:
    """The numbers that are in both, each of which rises; nothing is kept in memory."""
    left, right = iter(first), iter(second)
    one, other = next(left, None), next(right, None)
    while one is not None and other is not None:
        if one == other:
            yield one
        if one <= other:
            one, other = next(left, None), next(right, None) if one == other else other
        else:
            other = next(right, None)
