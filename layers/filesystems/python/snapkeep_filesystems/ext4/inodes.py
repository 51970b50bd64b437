"""Inodes of the first group of an ext4, among them the journal's, and which blocks they map.

https://docs.kernel.org/filesystems/ext4/inodes.html
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from snapkeep_filesystems.checksums import running
from snapkeep_filesystems.errors import Damaged
from snapkeep_filesystems.ext4.superblock import Superblock
from snapkeep_filesystems.volume import Volume, little, read_exactly

USES_EXTENTS = 0x80000
EXTENT_MAGIC = 0xF30A
DEEPEST = 5
"""How deep a tree of extents gets in the kernel (EXT4_MAX_EXTENT_DEPTH)."""
WRITTEN = 32768
"""A longer extent is allocated and not yet written."""

MOST_NODES = 2048
"""Blocks of a map; a journal of 1 GiB, the largest that mkfs makes, needs 258 at most."""


@dataclass(frozen=True, slots=True)
class Extent:
    """`count` blocks of a file from its block `logical` on are those of the volume from `physical` on."""

    logical: int
    count: int
    physical: int


def read_inode(volume: Volume, superblock: Superblock, number: int) -> bytes:
    """An inode of the first group as it is on the volume. Raises Damaged when its checksum is wrong."""
    if not 1 <= number <= superblock.inodes_per_group:
        raise Damaged(f"inode {number} should be in the first group, which has {superblock.inodes_per_group}")
    block, size = superblock.block_size, superblock.inode_size
    at = (superblock.first_block + 1) * block
    descriptor = read_exactly(volume, at, superblock.descriptor_size, "the first group's descriptor")
    table = little("I", descriptor, 0x08)
    if superblock.descriptor_size >= 64:
        table |= little("I", descriptor, 0x28) << 32
    inode = read_exactly(volume, table * block + (number - 1) * size, size, f"inode {number}")
    if superblock.seed is not None and not is_right(inode, number, superblock.seed):
        raise Damaged(f"inode {number} does not match its checksum")
    return inode


def is_right(inode: bytes, number: int, seed: int) -> bool:
    """True when an inode matches its checksum."""
    stored = little("H", inode, 0x7C)
    blank = bytearray(inode)
    blank[0x7C:0x7E] = bytes(2)
    has_high = len(inode) > 128 and little("H", inode, 0x80) >= 4
    if has_high:
        stored |= little("H", inode, 0x82) << 16
        blank[0x82:0x84] = bytes(2)
    own = running(seed, struct.pack("<I", number), inode[0x64:0x68])
    found = running(own, bytes(blank))
    return stored == (found if has_high else found & 0xFFFF)


def extents_of(volume: Volume, superblock: Superblock, inode: bytes) -> list[Extent]:
    """The blocks of a file. Raises Damaged for a map that contradicts itself or is too large."""
    found = _Map(volume, superblock.block_size)
    if little("I", inode, 0x20) & USES_EXTENTS:
        found.add_extents(inode[0x28:0x64], DEEPEST)
    else:
        found.add_pointers(struct.unpack_from("<15I", inode, 0x28))
    return found.extents


class _Map:
    """Collects the blocks of a file, and stops at a map that leads in circles."""

    def __init__(self, volume: Volume, block_size: int) -> None:
        self.extents: list[Extent] = []
        self._volume = volume
        self._size = block_size
        self._nodes = 0

    def add_extents(self, node: bytes, deepest: int) -> None:
        """The extents in a node, and in those below."""
        magic, entries, most, depth = struct.unpack_from("<HHHH", node)
        if magic != EXTENT_MAGIC or entries > most or 12 * (entries + 1) > len(node) or depth > deepest:
            raise Damaged("a tree of extents contradicts itself")
        for at in range(12, 12 * (entries + 1), 12):
            logical, count, high, low = struct.unpack_from("<IHHI", node, at)
            if not depth:
                length = count if count <= WRITTEN else count - WRITTEN
                self.extents.append(Extent(logical, length, low | high << 32))
                continue
            _, child_low, child_high = struct.unpack_from("<IIH", node, at)
            below = self._node(child_low | child_high << 32)
            if little("H", below, 6) != depth - 1:
                raise Damaged("a tree of extents contradicts itself")
            self.add_extents(below, depth - 1)

    def add_pointers(self, pointers: Sequence[int]) -> None:
        """The blocks of a file of ext3: 12 named in the inode, then one, two and three levels of pointers."""
        logical = 0
        for number, pointer in enumerate(pointers):
            depth = max(0, number - 11)
            self._add_pointer(pointer, depth, logical)
            logical += (self._size // 4) ** depth

    def _add_pointer(self, pointer: int, depth: int, logical: int) -> None:
        if not pointer:
            return
        if not depth:
            self.extents.append(Extent(logical, 1, pointer))
            return
        span = (self._size // 4) ** (depth - 1)
        for number, below in enumerate(struct.unpack(f"<{self._size // 4}I", self._node(pointer))):
            self._add_pointer(below, depth - 1, logical + number * span)

    def _node(self, block: int) -> bytes:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise Damaged(f"the journal's map has more than {MOST_NODES:,} blocks of its own")
        return read_exactly(self._volume, block * self._size, self._size, "a block of a map")
