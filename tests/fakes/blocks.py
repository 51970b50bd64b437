"""Blocks of snapshots in memory: stands in for the EBS direct APIs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from snapkeep.domain.errors import Invalid, NotFound, TokenExpired
from snapkeep.domain.proof.blocks import BLOCK, Page
from snapkeep_filesystems.volume import Volume


@dataclass
class FakeBlocks:
    """Snapshots by id. A page holds at most `page` blocks; tokens are of the `week` in which they were
    listed."""

    snapshots: dict[str, Volume] = field(default_factory=dict)
    page: int = 1000
    week: int = 0
    reads: list[int] = field(default_factory=list)

    def listed(self, snapshot_id: str, first: int) -> Page:
        """The written blocks from `first` on."""
        volume = self._volume(snapshot_id)
        last = volume.size // BLOCK
        tokens: dict[int, str] = {}
        for index in range(first, last):
            if any(volume.read(index * BLOCK, BLOCK)):
                if len(tokens) == self.page:
                    return Page(tokens, max(tokens) + 1, False, volume.size)
                tokens[index] = f"{self.week}/{snapshot_id}/{index}"
        return Page(tokens, last, True, volume.size)

    def changed(self, before: str, snapshot_id: str) -> Iterator[int]:
        """The blocks that differ."""
        one, two = self._volume(before), self._volume(snapshot_id)
        if one.size > two.size:
            raise Invalid(f"the blocks of {snapshot_id} cannot be read: the snapshots are unrelated")
        for index in range(two.size // BLOCK):
            if one.read(index * BLOCK, BLOCK) != two.read(index * BLOCK, BLOCK):
                yield index

    def read(self, snapshot_id: str, index: int, token: str) -> bytes:
        """A block."""
        if token != f"{self.week}/{snapshot_id}/{index}":
            raise TokenExpired(f"the blocks of {snapshot_id}: the token is no longer valid")
        self.reads.append(index)
        return self._volume(snapshot_id).read(index * BLOCK, BLOCK)

    def _volume(self, snapshot_id: str) -> Volume:
        if snapshot_id not in self.snapshots:
            raise NotFound(f"the blocks of {snapshot_id} cannot be read: no such snapshot")
        return self.snapshots[snapshot_id]
