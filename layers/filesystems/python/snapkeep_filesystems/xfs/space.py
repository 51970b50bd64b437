"""How large an xfs is and how much of it is free, as its next mount finds it.

The superblock's counters are from the last clean unmount or rest, and growing it may be in the log alone. So
the kernel reads the superblock again after its recovery and counts what each group has free (xlog_do_recover
in fs/xfs/xfs_log_recover.c, xfs_initialize_perag_data in fs/xfs/libxfs/xfs_ag.c; struct xfs_agf). What the
log only intends to free is not counted.
"""

from __future__ import annotations

from snapkeep_filesystems.errors import Damaged
from snapkeep_filesystems.file_system import Space
from snapkeep_filesystems.volume import Volume, big, read_exactly
from snapkeep_filesystems.xfs.superblock import SIZE, Superblock

MARK = b"XAGF"
FREE_LIST, FREE, TREES = 48, 52, 60
"""Where a group says how many blocks its free list has, how many are free, and how many index those."""


def space_of(volume: Volume, superblock: Superblock) -> Space:
    """The size and the free bytes of a volume whose log was replayed. `superblock` is as it was before; the
    new one's checksum is not, because the kernel makes it when it writes. Raises Damaged.
    """
    blocks = big("Q", read_exactly(volume, 0, SIZE, "the superblock"), 8)
    if not 0 < blocks * superblock.block_size <= volume.size:
        raise Damaged(
            f"its log makes it {blocks * superblock.block_size} bytes, and the volume has {volume.size}"
        )
    free = sum(_free(volume, superblock, group) for group in range(-(-blocks // superblock.group_blocks)))
    return Space(blocks * superblock.block_size, min(free, blocks) * superblock.block_size)


def _free(volume: Volume, superblock: Superblock, group: int) -> int:
    at = group * superblock.group_blocks * superblock.block_size + superblock.sector_size
    header = read_exactly(volume, at, superblock.sector_size, f"the free space of group {group}")
    if header[:4] != MARK:
        raise Damaged(f"its log makes it larger, and there is no group {group}")
    return sum(big("I", header, place) for place in (FREE_LIST, FREE, TREES))
