"""Whether the parts of an xfs that lead to all others match their checksums.

The layouts are struct xfs_agf, xfs_agi, xfs_agfl and xfs_dinode of fs/xfs/libxfs/xfs_format.h.
"""

from __future__ import annotations

from snapkeep_filesystems.checksums import finished
from snapkeep_filesystems.errors import Damaged
from snapkeep_filesystems.volume import Volume, big, little, read_exactly
from snapkeep_filesystems.xfs.superblock import Superblock

HEADERS = (
    (b"XFSB", 224, "superblock"),
    (b"XAGF", 216, "free space"),
    (b"XAGI", 312, "inodes"),
    (b"XAFL", 32, "free list"),
)
"""The sectors at the start of each group: mark, place of the checksum, name."""
FOLDER = 0x4000
INODE_CHECKSUM_AT = 100


def check(volume: Volume, superblock: Superblock) -> int:
    """Check the headers of all allocation groups and the root directory; returns how many groups there are.

    Raises Damaged for what does not match.
    """
    for group in range(superblock.groups):
        _check_group(volume, superblock, group)
    root = _inode(volume, superblock, superblock.root_inode)
    if root[:2] != b"IN" or not _is_right(root, INODE_CHECKSUM_AT) or big("H", root, 2) & 0xF000 != FOLDER:
        raise Damaged("the root directory is not what was written")
    return superblock.groups


def _check_group(volume: Volume, superblock: Superblock, group: int) -> None:
    size = superblock.sector_size
    at = group * superblock.group_blocks * superblock.block_size
    start = read_exactly(volume, at, len(HEADERS) * size, f"group {group}")
    for number, (mark, checksum_at, name) in enumerate(HEADERS):
        sector = start[number * size : (number + 1) * size]
        if sector[:4] != mark or not _is_right(sector, checksum_at):
            raise Damaged(f"the {name} of group {group} of {superblock.groups} is not what was written")


def _inode(volume: Volume, superblock: Superblock, number: int) -> bytes:
    group = number >> (superblock.group_bits + superblock.inode_bits)
    block = (number >> superblock.inode_bits) & ((1 << superblock.group_bits) - 1)
    at = (group * superblock.group_blocks + block) * superblock.block_size
    at += (number & ((1 << superblock.inode_bits) - 1)) * superblock.inode_size
    return read_exactly(volume, at, superblock.inode_size, f"inode {number}")


def _is_right(data: bytes, at: int) -> bool:
    return finished(data[:at], bytes(4), data[at + 4 :]) == little("I", data, at)
