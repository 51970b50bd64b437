"""How large an ext4 is and how much of it is free, as its next mount finds it.

The superblock's counters are from the last clean unmount, and growing it may be in the journal alone. So the
kernel counts what each group has free (ext4_count_free_clusters in fs/ext4/balloc.c).
https://docs.kernel.org/filesystems/ext4/group_descr.html
"""

from __future__ import annotations

from snapkeep_filesystems.errors import Damaged
from snapkeep_filesystems.ext4.superblock import OFFSET, SIZE, Superblock
from snapkeep_filesystems.file_system import Space
from snapkeep_filesystems.volume import Volume, little, read_exactly

WIDE_DESCRIPTOR = 64
"""Bytes from which on a descriptor has the upper halves of its numbers."""


def space_of(volume: Volume, superblock: Superblock) -> Space:
    """The size and the free bytes of a volume whose journal was replayed; `superblock` is as it was before.
    Raises Damaged.
    """
    raw = read_exactly(volume, OFFSET, SIZE, "the superblock")
    blocks = little("I", raw, 0x04) | (little("I", raw, 0x150) << 32 if superblock.is_wide else 0)
    size = blocks * superblock.block_size
    if not 0 < size <= volume.size:
        raise Damaged(f"its journal makes it {size} bytes, and the volume has {volume.size}")
    if superblock.has_meta_groups:
        return Space(size, superblock.free_blocks * superblock.block_size)
    return Space(size, min(_free(volume, superblock, blocks), blocks) * superblock.block_size)


def _free(volume: Volume, superblock: Superblock, blocks: int) -> int:
    """How many blocks are free; the table of groups counts in clusters."""
    groups = -(-(blocks - superblock.first_block) // superblock.blocks_per_group)
    width = superblock.descriptor_size
    at = (superblock.first_block + 1) * superblock.block_size
    table = read_exactly(volume, at, groups * width, "the table of groups")
    found = 0
    for start in range(0, groups * width, width):
        found += little("H", table, start + 0x0C)
        if width >= WIDE_DESCRIPTOR:
            found += little("H", table, start + 0x2C) << 16
    return found * superblock.cluster_blocks
