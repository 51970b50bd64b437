"""Names in the folders of an xfs, as bytes.

The layouts are struct xfs_dir2_sf_hdr, xfs_dir3_data_hdr and xfs_dir2_data_entry of the kernel's
fs/xfs/libxfs/xfs_da_format.h.
"""

from __future__ import annotations

from collections.abc import Iterator

from snapkeep_filesystems.volume import Volume, big, read_exactly
from snapkeep_filesystems.xfs.superblock import Superblock

FOLDER_BITS_AT = 192
"""Where the superblock says how many blocks a block of a folder has, as a power of two."""

CORE = 176
"""Bytes of an inode before its data."""

INLINE = 1
HEADER = 64
ONE_BLOCK, OF_MANY = b"XDB3", b"XDD3"
UNUSED = 0xFFFF


def names_in(data: bytes, superblock: Superblock, volume: Volume) -> Iterator[tuple[int, bytes]]:
    """The inode and name of each entry in the blocks of a folder; those of an index have none."""
    size = superblock.block_size << (volume.read(FOLDER_BITS_AT, 1)[0] & 0xF)
    for start in range(0, len(data), size):
        block = data[start : start + size]
        if len(block) == size and block[:4] in (ONE_BLOCK, OF_MANY):
            yield from _in_block(block)


def names_inline(volume: Volume, superblock: Superblock, inode: int) -> Iterator[tuple[int, bytes]]:
    """The inode and name of each entry of a folder that fits into its inode; nothing for a larger one."""
    block, mask = inode >> superblock.inode_bits, (1 << superblock.group_bits) - 1
    group, number = block >> superblock.group_bits, inode & ((1 << superblock.inode_bits) - 1)
    at = (group * superblock.group_blocks + (block & mask)) * superblock.block_size
    raw = read_exactly(volume, at + number * superblock.inode_size, superblock.inode_size, "a folder's inode")
    if raw[5] != INLINE:
        return
    data = raw[CORE:]
    count, wide = data[0], bool(data[1])
    kind, width = ("Q", 8) if wide else ("I", 4)
    at = 2 + width
    for _ in range(count):
        length = data[at] if at < len(data) else 0
        after = at + 3 + length + 1
        if not length or after + width > len(data):
            return  # it contradicts itself
        yield big(kind, data, after), data[at + 3 : at + 3 + length]
        at = after + width


def _in_block(block: bytes) -> Iterator[tuple[int, bytes]]:
    end = len(block)
    if block[:4] == ONE_BLOCK:
        end -= 8 + 8 * min(big("I", block, end - 8), end // 8 - 2)
    at = HEADER
    while at + 12 <= end:
        if big("H", block, at) == UNUSED:
            length = big("H", block, at + 2)
            if length < 8:
                return  # it contradicts itself
            at += length
            continue
        name_length = block[at + 8]
        if at + 9 + name_length <= end:
            yield big("Q", block, at), block[at + 9 : at + 9 + name_length]
        at += -(-(12 + name_length) // 8) * 8
