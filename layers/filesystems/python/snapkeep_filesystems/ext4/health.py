"""Whether the parts of an ext4 that lead to all others match their checksums.

https://docs.kernel.org/filesystems/ext4/group_descr.html
"""

from __future__ import annotations

import struct

from snapkeep_filesystems.checksums import running
from snapkeep_filesystems.errors import Damaged
from snapkeep_filesystems.ext4.inodes import read_inode
from snapkeep_filesystems.ext4.superblock import Superblock
from snapkeep_filesystems.volume import Volume, little, read_exactly

ROOT = 2
FOLDER = 0x4000
CHECKSUM_AT = 0x1E


def check(volume: Volume, superblock: Superblock) -> int:
    """Check the descriptors of all groups and the root directory; returns how many groups were checked, 0 for
    a file system without checksums.

    Raises Damaged for what does not match.
    """
    root = read_inode(volume, superblock, ROOT)
    if little("H", root, 0) & 0xF000 != FOLDER:
        raise Damaged("the root is no directory")
    if superblock.seed is None or superblock.has_meta_groups:
        return 0
    _check_groups(volume, superblock, superblock.seed)
    return superblock.groups


def _check_groups(volume: Volume, superblock: Superblock, seed: int) -> None:
    size = superblock.descriptor_size
    at = (superblock.first_block + 1) * superblock.block_size
    table = read_exactly(volume, at, superblock.groups * size, "the table of groups")
    for number in range(superblock.groups):
        group = table[number * size : (number + 1) * size]
        blank = group[:CHECKSUM_AT] + bytes(2) + group[CHECKSUM_AT + 2 :]
        if running(seed, struct.pack("<I", number), blank) & 0xFFFF != little("H", group, CHECKSUM_AT):
            raise Damaged(f"the descriptor of group {number} of {superblock.groups} is not what was written")
