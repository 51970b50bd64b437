"""Blocks of snapshots in memory: stands in for the EBS direct APIs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from snapkeep.domain.errors import Forbidden, Invalid, NotFound, Throttled, TokenExpired
from snapkeep.domain.proof.blocks import BLOCK, Page
from snapkeep_filesystems.volume import Volume

ZEROS = bytes(BLOCK)


@dataclass
class FakeBlocks:
    """Snapshots by id. A page holds at most `page` blocks; tokens are of the `week` in which they were
    listed. `volumes` says of which volume a snapshot is, `forbidden` which ones may not be read."""

    snapshots: dict[str, Volume] = field(default_factory=dict)
    page: int = 1000
    week: int = 0
    volumes: dict[str, str] = field(default_factory=dict)
    forbidden: set[str] = field(default_factory=set)
    throttled: bool = False
    reads: list[int] = field(default_factory=list)

    def listed(self, snapshot_id: str, first: int) -> Page:
        """The written blocks from `first` on."""
        volume = self._volume(snapshot_id)
        last = volume.size // BLOCK
        tokens: dict[int, str] = {}
        for index in range(first, last):
            if volume.read(index * BLOCK, BLOCK) != ZEROS:
                if len(tokens) == self.page:
                    return Page(tokens, max(tokens) + 1, False, volume.size)
                tokens[index] = f"{self.week}/{snapshot_id}/{index}"
        return Page(tokens, last, True, volume.size)

    def changed(self, before: str, snapshot_id: str, first: int = 0) -> Iterator[int]:
        """The blocks that differ, from `first` on."""
        one, two = self._volume(before), self._volume(snapshot_id)
        if self.volumes.get(before) != self.volumes.get(snapshot_id):
            raise Invalid(f"the blocks of {snapshot_id} cannot be read: the snapshots are unrelated")
        for index in range(first, two.size // BLOCK):
            if one.read(index * BLOCK, BLOCK) != two.read(index * BLOCK, BLOCK):
                yield index

    def read(self, snapshot_id: str, index: int, token: str) -> bytes:
        """A block."""
        volume = self._volume(snapshot_id)
        if token != f"{self.week}/{snapshot_id}/{index}":
            raise TokenExpired(f"the blocks of {snapshot_id}: the token is no longer valid")
        self.reads.append(index)
        return volume.read(index * BLOCK, BLOCK)

    def _volume(self, snapshot_id: str) -> Volume:
        if self.throttled:
            raise Throttled(f"the blocks of {snapshot_id}: AWS takes no more calls for now")
        if snapshot_id in self.forbidden:
            raise Forbidden(f"the blocks of {snapshot_id} may not be read: access denied")
        if snapshot_id not in self.snapshots:
            raise NotFound(f"the blocks of {snapshot_id} cannot be read: no such snapshot")
        return self.snapshots[snapshot_id]
