"""An ext4 whose inodes, folders and maps of files are read only if they match their checksums.

libfsext does not compare them. The checksum of a block begins with the number of the inode that it belongs
to, so this remembers which blocks the inodes name that were read: readers see the inode first.
https://docs.kernel.org/filesystems/ext4/overview.html#checksums and directory.html
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from snapkeep_filesystems.checksums import running
from snapkeep_filesystems.errors import Damaged
from snapkeep_filesystems.ext4.inodes import EXTENT_MAGIC, USES_EXTENTS, is_right
from snapkeep_filesystems.ext4.superblock import Superblock
from snapkeep_filesystems.volume import Volume, little, read_exactly

INLINE = 0x10000000
FOLDER = 0x4000
TAIL = struct.pack("<IHBB", 0, 12, 0, 0xDE)
"""How the last 12 bytes of a folder's block begin."""
MOST_KNOWN = 200_000
"""Blocks that are remembered; beyond that, those named before are forgotten, and not checked any more."""


@dataclass(frozen=True, slots=True)
class _Owner:
    """Where the checksums of an inode's blocks begin, and what the block is."""

    seed: int
    is_folder: bool
    is_map: bool


class Verified:
    """A volume that raises Damaged for what does not match its checksum. `seed` begins all checksums."""

    def __init__(self, volume: Volume, superblock: Superblock, seed: int) -> None:
        self._volume, self._superblock, self._seed = volume, superblock, seed
        self._tables = sorted(_tables(volume, superblock))
        self._known: dict[int, _Owner] = {}
        self.size = volume.size

    def read(self, offset: int, length: int) -> bytes:
        """The bytes from `offset` on."""
        found = self._volume.read(offset, length)
        size = self._superblock.block_size
        if number := self._inode_at(offset):
            self._check_inode(found[: self._superblock.inode_size], number)
        elif offset % size == 0:
            for at in range(0, len(found) - size + 1, size):
                if owner := self._known.get((offset + at) // size):
                    self._check_block(found[at : at + size], owner, (offset + at) // size)
        return found

    def _inode_at(self, offset: int) -> int:
        """The number of the inode that begins at a byte of the volume; 0 for none."""
        of = self._superblock
        place = bisect_right(self._tables, (offset, of.blocks))
        if not place:
            return 0
        start, group = self._tables[place - 1]
        index, within = divmod(offset - start, of.inode_size)
        return group * of.inodes_per_group + index + 1 if index < of.inodes_per_group and not within else 0

    def _check_inode(self, inode: bytes, number: int) -> None:
        if len(inode) < self._superblock.inode_size or not any(inode):
            return
        if not is_right(inode, number, self._seed):
            raise Damaged(f"inode {number} does not match its checksum")
        flags = little("I", inode, 0x20)
        if flags & USES_EXTENTS and not flags & INLINE:
            seed = running(self._seed, struct.pack("<I", number), inode[0x64:0x68])
            self._remember(inode[0x28:0x64], seed, little("H", inode, 0) & 0xF000 == FOLDER)

    def _remember(self, node: bytes, seed: int, is_folder: bool) -> None:
        """The blocks that a node of a tree of extents names."""
        magic, entries, _, depth = struct.unpack_from("<HHHH", node)
        if magic != EXTENT_MAGIC or 12 * (entries + 1) > len(node):
            return
        for at in range(12, 12 * (entries + 1), 12):
            if depth:
                low, high = struct.unpack_from("<IH", node, at + 4)
                self._add(low | high << 32, 1, _Owner(seed, is_folder, is_map=True))
            elif is_folder:
                count, high, low = struct.unpack_from("<HHI", node, at + 4)
                self._add(low | high << 32, count, _Owner(seed, is_folder, is_map=False))

    def _add(self, first: int, count: int, owner: _Owner) -> None:
        if len(self._known) + count > MOST_KNOWN:
            self._known.clear()
        self._known.update(dict.fromkeys(range(first, first + count), owner))

    def _check_block(self, block: bytes, owner: _Owner, number: int) -> None:
        if owner.is_map:
            if not _is_right_map(block, owner.seed):
                raise Damaged(f"a file's map in block {number} does not match its checksum")
            self._remember(block, owner.seed, owner.is_folder)
        elif not _is_right_folder(block, owner.seed):
            raise Damaged(f"a folder's block {number} does not match its checksum")


def _is_right_map(block: bytes, seed: int) -> bool:
    end = 12 + 12 * little("H", block, 4)
    return end + 4 <= len(block) and running(seed, block[:end]) == little("I", block, end)


def _is_right_folder(block: bytes, seed: int) -> bool:
    """True for a block of names or of the index that matches; True as well for one without a place for it."""
    index = _index_at(block)
    if not index:
        return block[-12:-4] != TAIL or running(seed, block[:-12]) == little("I", block, len(block) - 4)
    limit, count = struct.unpack_from("<HH", block, index)
    tail = index + 8 * limit
    if count > limit or tail + 8 > len(block):
        return False
    return running(seed, block[: index + 8 * count], block[tail : tail + 4], bytes(4)) == little(
        "I", block, tail + 4
    )


def _index_at(block: bytes) -> int:
    """Where the entries begin in a block of a folder's index, which looks like an empty folder; else 0."""
    length = little("H", block, 4)
    if length == len(block):
        return 8
    return 32 if length == 12 and little("H", block, 16) == len(block) - 12 else 0


def _tables(volume: Volume, superblock: Superblock) -> Iterator[tuple[int, int]]:
    """Where each group has its inodes: the first byte, and the group's number."""
    size = superblock.descriptor_size
    at = (superblock.first_block + 1) * superblock.block_size
    table = read_exactly(volume, at, superblock.groups * size, "the table of groups")
    for group in range(superblock.groups):
        block = little("I", table, group * size + 0x08)
        if size >= 64:
            block |= little("I", table, group * size + 0x28) << 32
        yield block * superblock.block_size, group
