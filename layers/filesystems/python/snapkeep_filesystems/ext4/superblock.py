"""The superblock of an ext4: its geometry, and what it says about its own state.

https://docs.kernel.org/filesystems/ext4/super.html
"""

from __future__ import annotations

from dataclasses import dataclass

from snapkeep_filesystems.checksums import SEED, running
from snapkeep_filesystems.errors import Damaged, NotHandled
from snapkeep_filesystems.volume import Volume, little, read_exactly

OFFSET = 1024
SIZE = 1024
MAGIC = 0xEF53

HAS_JOURNAL = 0x4
RECOVER = 0x4
JOURNAL_ELSEWHERE = 0x8
META_GROUPS = 0x10
WIDE = 0x80
CHECKSUM_SEED = 0x2000
KNOWN_INCOMPATIBLE = 0x2 | RECOVER | META_GROUPS | 0x40 | WIDE | 0x100 | 0x200 | 0x400 | CHECKSUM_SEED
KNOWN_INCOMPATIBLE |= 0x4000 | 0x8000 | 0x10000 | 0x20000
"""File types, extents, multi-mount protection, flexible groups, values in inodes, large directories, inline
data, encryption and case folding, besides those with a name here."""
CLUSTERS = 0x200
METADATA_CHECKSUMS = 0x400

STATE_ERRORS = 0x2


@dataclass(frozen=True, slots=True)
class Superblock:
    """What an ext4 says about itself. Sizes are bytes; `blocks` is how many blocks it has.

    `cluster_blocks` is how many blocks are allocated together; `is_wide` says that numbers have upper halves.
    `seed` begins its checksums; None when it has none. `needs_recovery` means that its journal holds what is
    not yet in place. `errors` counts those that the kernel has recorded.
    """

    block_size: int
    blocks: int
    free_blocks: int
    blocks_per_group: int
    inodes_per_group: int
    inode_size: int
    descriptor_size: int
    first_block: int
    uuid: bytes
    label: str
    has_journal: bool
    needs_recovery: bool
    journal_inode: int
    seed: int | None
    errors: int
    had_errors: bool
    has_meta_groups: bool
    is_wide: bool
    cluster_blocks: int

    @property
    def size(self) -> int:
        """How many bytes of the volume it uses."""
        return self.block_size * self.blocks

    @property
    def groups(self) -> int:
        """How many groups of blocks it has."""
        return -(-(self.blocks - self.first_block) // self.blocks_per_group)


def read_superblock(volume: Volume) -> Superblock:
    """The primary superblock.

    Raises Damaged when it contradicts itself or the volume, and NotHandled for features that no reader here
    knows.
    """
    raw = read_exactly(volume, OFFSET, SIZE, "the superblock")
    if little("H", raw, 0x38) != MAGIC:
        raise Damaged("there is no ext4 superblock")
    incompatible, read_only = little("I", raw, 0x60), little("I", raw, 0x64)
    _check_features(incompatible)
    has_checksums = bool(read_only & METADATA_CHECKSUMS)
    if has_checksums and running(SEED, raw[:0x3FC]) != little("I", raw, 0x3FC):
        raise Damaged("the superblock does not match its checksum")
    is_wide = bool(incompatible & WIDE)
    uuid = raw[0x68:0x78]
    seed = little("I", raw, 0x270) if incompatible & CHECKSUM_SEED else running(SEED, uuid)
    found = Superblock(
        block_size=_block_size(raw),
        blocks=_wide(raw, 0x04, 0x150, is_wide),
        free_blocks=_wide(raw, 0x0C, 0x158, is_wide),
        blocks_per_group=little("I", raw, 0x20),
        inodes_per_group=little("I", raw, 0x28),
        inode_size=little("H", raw, 0x58) if little("I", raw, 0x4C) else 128,
        descriptor_size=little("H", raw, 0xFE) if is_wide else 32,
        first_block=little("I", raw, 0x14),
        uuid=uuid,
        label=raw[0x78:0x88].rstrip(b"\0").decode(errors="replace"),
        has_journal=bool(little("I", raw, 0x5C) & HAS_JOURNAL),
        needs_recovery=bool(incompatible & RECOVER),
        journal_inode=little("I", raw, 0xE0),
        seed=seed if has_checksums else None,
        errors=little("I", raw, 0x194),
        had_errors=bool(little("H", raw, 0x3A) & STATE_ERRORS),
        has_meta_groups=bool(incompatible & META_GROUPS),
        is_wide=is_wide,
        cluster_blocks=_cluster_blocks(raw, read_only),
    )
    _check_geometry(found, volume)
    return found


def _cluster_blocks(raw: bytes, read_only: int) -> int:
    """How many blocks are allocated together."""
    if not read_only & CLUSTERS:
        return 1
    exponent = little("I", raw, 0x1C) - little("I", raw, 0x18)
    if not 0 <= exponent <= 20:
        raise Damaged(f"the superblock names clusters of 2^{exponent} blocks")
    return 1 << exponent


def _block_size(raw: bytes) -> int:
    exponent = little("I", raw, 0x18)
    if exponent > 6:
        raise Damaged(f"the superblock names a block size of 2^{10 + exponent} bytes; 64 KiB is the largest")
    return 1024 << exponent


def _wide(raw: bytes, low: int, high: int, is_wide: bool) -> int:
    return little("I", raw, low) | (little("I", raw, high) << 32 if is_wide else 0)


def _check_features(incompatible: int) -> None:
    if incompatible & JOURNAL_ELSEWHERE:
        raise NotHandled("its journal is on another device")
    if unknown := incompatible & ~KNOWN_INCOMPATIBLE:
        raise NotHandled(f"it has features that are newer than this reader (incompat {unknown:#x})")


def _check_geometry(found: Superblock, volume: Volume) -> None:
    if found.size > volume.size:
        raise Damaged(f"its superblock names {found.size} bytes, and the volume has {volume.size}")
    inode, descriptor = found.inode_size, found.descriptor_size
    if not 128 <= inode <= found.block_size or not 32 <= descriptor <= 1024:
        raise Damaged(f"its superblock names impossible sizes (inodes {inode}, descriptors {descriptor})")
    if not found.inodes_per_group or not found.blocks_per_group:
        raise Damaged("its superblock names groups of nothing")
