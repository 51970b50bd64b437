"""Transactions of an xfs log, put together from the operations of its records."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from snapkeep_filesystems.errors import Damaged
from snapkeep_filesystems.xfs.records import Record

HEADER = 12
START, COMMIT, CONTINUES, CONTINUED, ENDS, UNMOUNT = 0x1, 0x2, 0x4, 0x8, 0x10, 0x20
TRANSACTION_MAGIC = b"NART"
LONGEST_HEADER = 16
LONGEST_REGION = 64 * 1024 * 1024


@dataclass(slots=True)
class Item:
    """One logged change: its regions, of which the first says what it is about."""

    kind: int
    regions: list[bytes]


@dataclass(slots=True)
class _Open:
    """A transaction whose commit has not come yet; the regions come one by one, some in parts."""

    regions: list[bytearray] = field(default_factory=list)


def committed(records: Iterable[Record]) -> Iterator[list[Item]]:
    """The items of each committed transaction, in the order of their commits.

    Raises Damaged for operations that contradict each other.
    """
    open_: dict[int, _Open] = {}
    for record in records:
        for number, flags, data in _operations(record):
            if flags & UNMOUNT:
                continue
            if flags & START:
                open_[number] = _Open()
                continue
            current = open_.get(number)
            if current is None:
                continue  # it began before the tail, and what it changed is in its place
            if flags & COMMIT:
                yield _items(open_.pop(number).regions)
            else:
                _add(current, flags, data)


def _operations(record: Record) -> Iterator[tuple[int, int, bytes]]:
    """The operations of a record: transaction, flags, data."""
    at = 0
    for _ in range(record.operations):
        if at + HEADER > len(record.data):
            raise Damaged(f"the record at sector {record.at} of the log is shorter than its operations")
        number, length, _, flags = struct.unpack_from(">IIBB", record.data, at)
        at += HEADER
        if at + length > len(record.data):
            raise Damaged(f"an operation of the record at sector {record.at} of the log is longer than that")
        yield number, flags, record.data[at : at + length]
        at += length


def _add(current: _Open, flags: int, data: bytes) -> None:
    if flags & CONTINUED:
        if not current.regions:
            raise Damaged("a transaction of the log continues a region that it did not begin")
        current.regions[-1] += data
    elif data or flags & CONTINUES:
        current.regions.append(bytearray(data))


def _items(regions: list[bytearray]) -> list[Item]:
    """The regions by item: the first region of each says how many more follow."""
    if not regions:
        return []
    if regions[0][:4] != TRANSACTION_MAGIC:
        raise Damaged("a transaction of the log does not begin with its header")
    found: list[Item] = []
    at = 1
    while at < len(regions):
        if len(regions[at]) < 4:
            raise Damaged("an item of the log is too short to say what it is")
        kind, count = struct.unpack_from("<HH", regions[at])
        if not 1 <= count <= len(regions) - at:
            raise Damaged(f"an item of the log has {count} regions, of which {len(regions) - at} are there")
        found.append(Item(kind, [bytes(region) for region in regions[at : at + count]]))
        at += count
    return found
