"""Inodes in an xfs log: numbers have the processor's order of bytes, and what did not change is absent.

The layouts are struct xfs_log_dinode (fs/xfs/libxfs/xfs_log_format.h) and struct xfs_dinode
(fs/xfs/libxfs/xfs_format.h); the conversion is the kernel's xfs_log_dinode_to_disk().
"""

from __future__ import annotations

import struct
from functools import cache

from snapkeep_filesystems.errors import Damaged, NotHandled
from snapkeep_filesystems.volume import big, little
from snapkeep_filesystems.xfs.patched import SECTOR, Patched
from snapkeep_filesystems.xfs.transactions import Item

CORE = 176
"""Bytes of an inode before its forks."""
FORMAT = 56
"""Bytes of the first region on processors of 64 bits."""

DATA, DATA_ROOT = 0x2 | 0x4 | 0x8, 0x8
ATTRIBUTES, ATTRIBUTE_ROOT = 0x40 | 0x80 | 0x100, 0x100
BIG_TIMES, LARGE_COUNTERS = 1 << 3, 1 << 4
TREE_HEADER = 72
"""Bytes of a node's header in memory, as roots of trees are logged."""


def buffer_of(item: Item) -> tuple[int, int]:
    """The buffer that holds a logged inode, by its first sector and its length in sectors."""
    described = item.regions[0]
    if len(described) != FORMAT:
        raise NotHandled("its log was written by a kernel for 32 bits")
    return little("q", described, 40), little("i", described, 48)


def apply_inode(patched: Patched, item: Item, inode_size: int) -> None:
    """Write a logged inode to its place. Raises Damaged or NotHandled when it does not fit there."""
    described = item.regions[0]
    if len(described) != FORMAT or len(item.regions) < 2 or len(item.regions[1]) < CORE:
        raise NotHandled("its log was written by a kernel for 32 bits, or for an xfs without checksums")
    fields, attribute_size, data_size = struct.unpack_from("<IHH", described, 4)
    at = little("q", described, 40) * SECTOR + little("i", described, 52)
    if at < 0 or at + inode_size > patched.size:
        raise Damaged(f"an inode in the log is at byte {at}, outside of the volume")
    core = on_disk(item.regions[1][:CORE])
    split = core[82] * 8
    room = split or inode_size - CORE
    if split > inode_size - CORE:
        raise Damaged("an inode in the log has attributes beyond its end")
    patched.patch(at, core)
    forks = iter(item.regions[2:])
    if fields & DATA:
        fork = _fork(next(forks, b""), data_size, bool(fields & DATA_ROOT), room)
        _patch_fork(patched, at + CORE, fork, room)
    if fields & ATTRIBUTES:
        rest = inode_size - CORE - split
        fork = _fork(next(forks, b""), attribute_size, bool(fields & ATTRIBUTE_ROOT), rest)
        _patch_fork(patched, at + CORE + split, fork, rest)


def _patch_fork(patched: Patched, at: int, parts: list[tuple[int, bytes]], room: int) -> None:
    for offset, part in parts:
        if offset + len(part) > room:
            raise Damaged("a fork of an inode in the log does not fit the inode")
        patched.patch(at + offset, part)


def _fork(region: bytes, size: int, is_root: bool, room: int) -> list[tuple[int, bytes]]:
    """The parts of a fork with their offsets in it. The root of a tree has a smaller header on the disk, and
    its pointers behind all keys for which there is room.
    """
    if not is_root:
        return [(0, region[:size])]
    if len(region) < TREE_HEADER:
        raise Damaged("the root of a tree in the log is shorter than its header")
    level, count = big("H", region, 4), big("H", region, 6)
    most, most_there = (len(region) - TREE_HEADER) // 16, (room - 4) // 16
    if count > most or count > most_there:
        raise Damaged(f"the root of a tree in the log has {count} entries, more than fit")
    pointers = TREE_HEADER + 8 * most
    return [
        (0, struct.pack(">HH", level, count) + region[TREE_HEADER : TREE_HEADER + 8 * count]),
        (4 + 8 * most_there, region[pointers : pointers + 8 * count]),
    ]


def on_disk(core: bytes) -> bytes:
    """The first part of an inode with its numbers in big-endian order."""
    if little("H", core, 0) != 0x494E or core[4] < 3:
        raise Damaged("an inode in the log does not begin as one")
    flags = little("Q", core, 120)
    there, here = _layouts(bool(flags & BIG_TIMES), bool(flags & LARGE_COUNTERS))
    return there.pack(*here.unpack(core))


@cache
def _layouts(big_times: bool, large_counters: bool) -> tuple[struct.Struct, struct.Struct]:
    """An inode's first part on the disk and in the log: its times are one number or two, and its count of
    extents is in another place if it may be large."""
    time = "Q" if big_times else "II"
    extents = "Q" if large_counters else "8s"
    fields = f"HHBB2sIIIHH{extents}{3 * time}QQIIHBbIHHII4sQQQI12s{time}Q16s"
    return struct.Struct(f">{fields}"), struct.Struct(f"<{fields}")
