"""The records of an xfs log: where the log begins and ends, and what each record carries.

The log is a ring of 512-byte sectors. The first word of each sector is the number of the round in which it
was written, or the magic of a record, whose header then has the words that the sectors lost. It follows the
kernel's recovery (fs/xfs/xfs_log_recover.c), with the layout of fs/xfs/libxfs/xfs_log_format.h.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from snapkeep_filesystems.checksums import finished
from snapkeep_filesystems.errors import Damaged, NotHandled
from snapkeep_filesystems.volume import Volume, big, little, read_exactly
from snapkeep_filesystems.xfs.superblock import Superblock

SECTOR = 512
MAGIC = 0xFEEDBABE
HEADER_SIZES = (328, 324)
"""The bytes of the header that the checksum covers: of kernels for 64 and for 32 bits."""
WORDS = 64
"""The words of sectors that a header holds."""
PORTION = WORDS * SECTOR
LARGEST = 256 * 1024
"""Bytes of the largest buffer of the log, and so of a record."""
IN_FLIGHT = 8
"""How many records may be on their way to the disk at a time (XLOG_MAX_ICLOGS); a crash tears only those."""
UNMOUNTED = 0x20


@dataclass(frozen=True, slots=True)
class Record:
    """A record of the log: so many `operations` in its `data`. It takes `length` sectors from `at` on."""

    at: int
    length: int
    cycle: int
    lsn: int
    tail: int
    operations: int
    data: bytes

    @property
    def is_unmount(self) -> bool:
        """True for what an unmount leaves: everything before it is in its place."""
        return self.operations == 1 and len(self.data) > 9 and bool(self.data[9] & UNMOUNTED)


class Log:
    """The log of an xfs."""

    def __init__(self, volume: Volume, superblock: Superblock) -> None:
        self._volume = volume
        self._at = superblock.log_at
        self._uuid = superblock.uuid
        self.sectors = superblock.log_size // SECTOR

    def records(self) -> list[Record]:
        """The records that recovery must look at, oldest first; only the last one if the log is clean.

        Raises Damaged when a record that must be there is not.
        """
        last = self._last()
        if last is None:
            return []
        if last.is_unmount:
            return [last]
        return list(self._from(last.tail, last))

    def _from(self, tail: int, last: Record) -> Iterator[Record]:
        """The records from the tail (an LSN) to the last one."""
        at, cycle, before = tail & 0xFFFFFFFF, tail >> 32, 0
        seen = 0
        while seen < self.sectors:
            record = self._record(at) if 0 <= at < self.sectors else None
            if record is None or record.cycle != cycle or record.lsn < before:
                raise Damaged(f"the log has no record at sector {at} of round {cycle}")
            yield record
            if record.at == last.at:
                return
            seen, before = seen + record.length, record.lsn
            at += record.length
            if at >= self.sectors:
                at, cycle = at - self.sectors, cycle + 1
        raise Damaged("the log's last record does not follow its first")

    def _last(self) -> Record | None:
        """The newest record that is whole; None in a log that was never written."""
        head = self._head()
        at, torn = head, 0
        for _ in range(2 * IN_FLIGHT * LARGEST // SECTOR):
            at = (at - 1) % self.sectors
            if at == head:
                break
            if self._word(at) != MAGIC:
                continue
            record = self._record(at)
            if record is not None and self._ends_before(record, head):
                return record
            torn += 1
            if torn > IN_FLIGHT:
                raise Damaged(f"more than {IN_FLIGHT} records at the end of the log are torn")
        if not self._cycle(0) and not self._cycle(self.sectors - 1):
            return None
        raise Damaged("the log has no whole record at its end")

    def _ends_before(self, record: Record, head: int) -> bool:
        return (head - record.at - 1) % self.sectors + 1 >= record.length

    def _head(self) -> int:
        """The sector after the newest one: the first of the round before, or 0."""
        newest = self._cycle(0)
        if self._cycle(self.sectors - 1) == newest:
            return 0
        low, high = 0, self.sectors - 1
        while high - low > 1:
            middle = (low + high) // 2
            if self._cycle(middle) == newest:
                low = middle
            else:
                high = middle
        return high

    def _cycle(self, sector: int) -> int:
        word, cycle = struct.unpack(">II", self._read(sector, 1)[:8])
        return int(cycle if word == MAGIC else word)

    def _word(self, sector: int) -> int:
        return big("I", self._read(sector, 1), 0)

    def _read(self, sector: int, count: int) -> bytes:
        """Sectors of the ring."""
        sector %= self.sectors
        first = min(count, self.sectors - sector)
        found = read_exactly(self._volume, self._at + sector * SECTOR, first * SECTOR, "the log")
        return found if first == count else found + self._read(0, count - first)

    def _record(self, at: int) -> Record | None:
        """The record at a sector; None when there is none, or not all of it."""
        header = self._read(at, 1)
        magic, cycle, version, length = struct.unpack_from(">IIII", header)
        if magic != MAGIC or header[304:320] != self._uuid:
            return None
        if version & ~0x3 or big("I", header, 300) != 1:
            raise NotHandled("its log was written by another kind of processor")
        size = big("I", header, 320)
        headers = -(-size // PORTION) if version & 0x2 and size > PORTION else 1
        if length > LARGEST or length % SECTOR or size > LARGEST or length > headers * PORTION:
            return None
        more = self._read(at + 1, headers - 1) if headers > 1 else b""
        data = self._read(at + headers, length // SECTOR) if length else b""
        if not _is_right(header, more, data):
            return None
        return Record(
            at=at,
            length=headers + length // SECTOR,
            cycle=cycle,
            lsn=big("Q", header, 16),
            tail=big("Q", header, 24),
            operations=big("I", header, 40),
            data=_restored(header, more, data),
        )


def _is_right(header: bytes, more: bytes, data: bytes) -> bool:
    stored = little("I", header, 32)
    extended = b"".join(more[at : at + 4 + 4 * WORDS] for at in range(0, len(more), SECTOR))
    return any(
        finished(header[:32], bytes(4), header[36:size], extended, data) == stored for size in HEADER_SIZES
    )


def _restored(header: bytes, more: bytes, data: bytes) -> bytes:
    """The data with the first words of its sectors back in their places."""
    restored = bytearray(data)
    for number in range(len(data) // SECTOR):
        portion, word = divmod(number, WORDS)
        kept, at = (header, 44) if portion == 0 else (more, SECTOR * (portion - 1) + 4)
        restored[number * SECTOR : number * SECTOR + 4] = kept[at + 4 * word : at + 4 * word + 4]
    return bytes(restored)
