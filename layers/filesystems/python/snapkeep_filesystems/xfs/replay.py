"""The log of an xfs replayed in memory, as far as names, inodes and maps of files need it.

It keeps the order of the kernel's recovery (fs/xfs/xfs_buf_item_recover.c, xfs_inode_item_recover.c): within
a transaction buffers come before inodes, and neither a buffer that is cancelled later nor an inode in it is
replayed: its blocks may hold a file by then. Quotas, lists of unlinked inodes and free space are left out,
because readers of files do not see them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from snapkeep_filesystems.errors import Damaged, NotHandled
from snapkeep_filesystems.file_system import Replayed
from snapkeep_filesystems.volume import Volume, little
from snapkeep_filesystems.xfs.inode_items import apply_inode, buffer_of
from snapkeep_filesystems.xfs.patched import SECTOR, Patched
from snapkeep_filesystems.xfs.records import Log
from snapkeep_filesystems.xfs.superblock import Superblock
from snapkeep_filesystems.xfs.transactions import Item, committed
from snapkeep_filesystems.xfs.verified import Verified

INODE, BUFFER = 0x123B, 0x123C
UNSEEN = {
    *(0x1236, 0x1237),  # intents to free extents, and their ends
    0x1238,  # unlinked inodes
    *(0x123D, 0x123E),  # quotas
    0x123F,  # new inodes, each of which is logged by itself before it has a name
    *(0x1240, 0x1241, 0x1242, 0x1243),  # reverse maps and counts of references
}
REMAPS = {0x1244: 0x1245, 0x1246: 0x1247, 0x1248: 0x1249}
"""Intents to change maps, attributes and exchanged extents, with the items that say that they are done."""

INODE_BUFFER, CANCEL, QUOTAS = 0x1, 0x2, 0x1C
CHUNK = 128

Where = tuple[int, int]
"""A buffer by its first sector and its length in sectors."""


def replay(volume: Volume, superblock: Superblock) -> Replayed:
    """The volume as the kernel would leave it after its recovery, without the writes.

    Raises Damaged or NotHandled when the log cannot be replayed as the kernel would.
    """
    records = Log(volume, superblock).records()
    if not records or records[-1].is_unmount:
        return Replayed(Verified(volume, superblock))
    transactions = list(committed(records))
    _check_intents(transactions)
    patched = Patched(volume)
    cancelled = _cancelled(transactions)
    for items in transactions:
        for item in sorted(items, key=_order):
            if item.kind == BUFFER:
                _apply_buffer(patched, item, cancelled)
            elif item.kind == INODE and cancelled[buffer_of(item)] <= 0:
                apply_inode(patched, item, superblock.inode_size)
    return Replayed(Verified(patched, superblock, patched.has_changed), len(transactions))


def _order(item: Item) -> int:
    if item.kind == BUFFER:
        return 2 if _flags(item) & CANCEL else 0
    return 1


def _check_intents(transactions: Iterable[list[Item]]) -> None:
    """Refuse a log whose last changes the kernel would first have to finish."""
    open_: Counter[tuple[int, bytes]] = Counter()
    for items in transactions:
        for item in items:
            if item.kind in REMAPS:
                open_[item.kind, item.regions[0][8:16]] += 1
            elif item.kind in REMAPS.values():
                (intent,) = (kind for kind, done in REMAPS.items() if done == item.kind)
                open_[intent, item.regions[0][8:16]] -= 1
            elif item.kind not in {INODE, BUFFER} | UNSEEN:
                raise NotHandled(f"its log has items of the unknown kind {item.kind:#x}")
    if any(count > 0 for count in open_.values()):
        raise NotHandled("its log has changes of maps that were begun and not ended")


def _cancelled(transactions: Iterable[list[Item]]) -> Counter[Where]:
    """How often each buffer is cancelled."""
    found: Counter[Where] = Counter()
    for items in transactions:
        found.update(_where(item) for item in items if item.kind == BUFFER and _flags(item) & CANCEL)
    return found


def _flags(item: Item) -> int:
    if len(item.regions[0]) < 20:
        raise Damaged("a buffer in the log does not say where it belongs")
    return little("H", item.regions[0], 4)


def _where(item: Item) -> Where:
    return little("q", item.regions[0], 8), little("H", item.regions[0], 6)


def _apply_buffer(patched: Patched, item: Item, cancelled: Counter[Where]) -> None:
    flags, where = _flags(item), _where(item)
    if flags & CANCEL:
        cancelled[where] -= 1
        return
    if cancelled[where] > 0 or flags & (INODE_BUFFER | QUOTAS):
        return
    first, length = where
    chunks = _chunks(item.regions[0])
    for region in item.regions[1:]:
        count = len(region) // CHUNK
        here, chunks = chunks[:count], chunks[count:]
        if not here or here[-1] - here[0] != count - 1 or (here[-1] + 1) * CHUNK > length * SECTOR:
            raise Damaged(f"a buffer at sector {first} of the log does not fit its map")
        if first < 0 or first * SECTOR + (here[-1] + 1) * CHUNK > patched.size:
            raise Damaged(f"a buffer in the log is at sector {first}, outside of the volume")
        patched.patch(first * SECTOR + here[0] * CHUNK, region[: count * CHUNK])


def _chunks(described: bytes) -> list[int]:
    """The numbers of the 128-byte chunks that were logged."""
    words = little("I", described, 16)
    if 20 + 4 * words > len(described):
        raise Damaged("a buffer in the log has a shorter map than it says")
    bits = int.from_bytes(described[20 : 20 + 4 * words], "little")
    return [number for number in range(32 * words) if bits >> number & 1]
