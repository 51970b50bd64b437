"""The superblock of an xfs: its geometry, and where its log is.

https://docs.kernel.org/filesystems/xfs/index.html; the layout is struct xfs_dsb of the kernel's
fs/xfs/libxfs/xfs_format.h.
"""

from __future__ import annotations

from dataclasses import dataclass

from snapkeep_filesystems.checksums import finished
from snapkeep_filesystems.errors import Damaged, NotHandled
from snapkeep_filesystems.volume import Volume, big, little, read_exactly

MAGIC = b"XFSB"
SIZE = 512
CHECKSUM_AT = 224

OWN_UUID = 0x4
NEEDS_REPAIR = 0x10
KNOWN_INCOMPATIBLE = 0x1 | 0x2 | 0x4 | 0x8 | NEEDS_REPAIR | 0x20
"""File types, sparse inodes, a UUID of the metadata, big timestamps, and large counters of extents."""


@dataclass(frozen=True, slots=True)
class Superblock:
    """What an xfs says about itself. Sizes are bytes; `blocks` is how many blocks it has.

    Its metadata carry `own_uuid`, which stays when somebody changes `uuid`.
    The log is `log_size` bytes from byte `log_at` of the volume on.
    """

    block_size: int
    blocks: int
    free_blocks: int
    group_blocks: int
    groups: int
    sector_size: int
    inode_size: int
    root_inode: int
    group_bits: int
    inode_bits: int
    folder_block_size: int
    uuid: bytes
    own_uuid: bytes
    label: str
    log_at: int
    log_size: int
    needs_repair: bool

    @property
    def size(self) -> int:
        """How many bytes of the volume it uses."""
        return self.block_size * self.blocks


def read_superblock(volume: Volume) -> Superblock:
    """The primary superblock.

    Raises Damaged when it contradicts itself or the volume, and NotHandled for features that no reader here
    knows.
    """
    raw = read_exactly(volume, 0, SIZE, "the superblock")
    if raw[:4] != MAGIC:
        raise Damaged("there is no xfs superblock")
    version = big("H", raw, 100) & 0xF
    if version != 5:
        raise NotHandled(f"it is an xfs of version {version}, which has no checksums")
    sector_size = big("H", raw, 102)
    if sector_size not in (512, 1024, 2048, 4096, 8192, 16384, 32768):
        raise Damaged(f"its superblock names sectors of {sector_size} bytes")
    whole = read_exactly(volume, 0, sector_size, "the superblock")
    blank = whole[:CHECKSUM_AT] + bytes(4) + whole[CHECKSUM_AT + 4 :]
    if finished(blank) != little("I", whole, CHECKSUM_AT):
        raise Damaged("the superblock does not match its checksum")
    incompatible = big("I", raw, 216)
    if unknown := incompatible & ~KNOWN_INCOMPATIBLE:
        raise NotHandled(f"it has features that are newer than this reader (incompat {unknown:#x})")
    return _checked(raw, sector_size, incompatible, volume)


def _checked(raw: bytes, sector_size: int, incompatible: int, volume: Volume) -> Superblock:
    block_size, group_blocks, group_bits = big("I", raw, 4), big("I", raw, 84), raw[124]
    blocks, log_start = big("Q", raw, 8), big("Q", raw, 48)
    if not log_start:
        raise NotHandled("its log is on another device")
    if block_size < 512 or group_bits > 31 or not group_blocks:
        raise Damaged(f"its superblock names blocks of {block_size} bytes, {group_blocks} a group")
    log_block = (log_start >> group_bits) * group_blocks + (log_start & ((1 << group_bits) - 1))
    found = Superblock(
        block_size=block_size,
        blocks=blocks,
        free_blocks=big("Q", raw, 144),
        group_blocks=group_blocks,
        groups=big("I", raw, 88),
        sector_size=sector_size,
        inode_size=big("H", raw, 104),
        root_inode=big("Q", raw, 56),
        group_bits=group_bits,
        inode_bits=raw[123],
        folder_block_size=block_size << min(raw[192], 16),
        uuid=raw[32:48],
        own_uuid=raw[248:264] if incompatible & OWN_UUID else raw[32:48],
        label=raw[108:120].rstrip(b"\0").decode(errors="replace"),
        log_at=log_block * block_size,
        log_size=big("I", raw, 96) * block_size,
        needs_repair=bool(incompatible & NEEDS_REPAIR),
    )
    if found.size > volume.size:
        raise Damaged(f"its superblock names {found.size} bytes, and the volume has {volume.size}")
    if not 256 <= found.inode_size <= block_size or found.log_at + found.log_size > found.size:
        raise Damaged(f"its superblock names inodes of {found.inode_size} bytes, or a log beyond its end")
    return found
