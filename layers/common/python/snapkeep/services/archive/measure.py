"""Measures what archiving a snapshot would save: the blocks that no other snapshot holds."""

from __future__ import annotations

from dataclasses import dataclass

from snapkeep.domain.archive import break_even
from snapkeep.ports.blocks import Blocks
from snapkeep.services.proof.snapshot_volume import SnapshotVolume


@dataclass(frozen=True, slots=True)
class Measure:
    """Lists blocks and reads none: a call tells 10,000 of them, 5 GiB."""

    blocks: Blocks

    def unique_bytes(self, before: str, snapshot_id: str, following: str) -> int:
        """The bytes of the blocks that differ from both neighbours: those that leave the standard tier."""
        since = self.blocks.changed(before, snapshot_id)
        return break_even.unique_bytes(since, self.blocks.changed(snapshot_id, following))

    def full_bytes(self, snapshot_id: str, size: int) -> int:
        """The bytes of all blocks that were ever written to the volume, whose size is `size` bytes."""
        return SnapshotVolume(self.blocks, snapshot_id, size, most_blocks=0).written()
