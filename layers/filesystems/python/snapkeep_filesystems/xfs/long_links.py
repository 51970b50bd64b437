"""Targets of links that do not fit into their inodes.

Each block that holds a part of one begins with a header, struct xfs_dsymlink_hdr of
fs/xfs/libxfs/xfs_format.h, which libfsxfs takes for the target itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from snapkeep_filesystems.errors import Damaged
from snapkeep_filesystems.volume import Volume, big, read_exactly
from snapkeep_filesystems.xfs.superblock import Superblock

MAGIC = b"XSLM"
HEADER = 56
LONGEST = 1024
"""Bytes of the longest target (XFS_SYMLINK_MAXLEN)."""


def long_target(
    volume: Volume, superblock: Superblock, extents: Iterable[tuple[int, int]], size: int
) -> bytes:
    """The target, of `size` bytes, in these extents (offset and length as libfsxfs gives them).

    Raises Damaged when they do not hold it.
    """
    found = b""
    for offset, length in extents:
        at = position(superblock, offset)
        for start in range(at, at + min(length, LONGEST + superblock.block_size), superblock.block_size):
            block = read_exactly(volume, start, superblock.block_size, "the target of a link")
            if block[:4] != MAGIC:
                raise Damaged("the target of a link is not where its inode says")
            found += block[HEADER : HEADER + big("I", block, 8)]
    if len(found) < size:
        raise Damaged(f"the target of a link has {len(found)} of {size} bytes")
    return found[:size]


def position(superblock: Superblock, offset: int) -> int:
    """The byte of the volume. libfsxfs multiplies the number of a block by its size, although its upper bits
    are the number of a group, whose size is no power of two."""
    number = offset // superblock.block_size
    group, block = number >> superblock.group_bits, number & ((1 << superblock.group_bits) - 1)
    return (group * superblock.group_blocks + block) * superblock.block_size
