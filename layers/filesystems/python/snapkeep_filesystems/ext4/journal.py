"""The journal of an ext4 (jbd2): which blocks its committed transactions hold.

It follows the kernel's recovery (fs/jbd2/recovery.c): a scan finds the last committed transaction; a block
that a transaction revokes is not taken from that one or an earlier one; the newest copy of a block counts.
https://docs.kernel.org/filesystems/ext4/journal.html
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from snapkeep_filesystems.checksums import SEED, running
from snapkeep_filesystems.errors import Damaged, NotHandled
from snapkeep_filesystems.ext4.inodes import Extent
from snapkeep_filesystems.volume import Volume, big, read_exactly

MAGIC = 0xC03B3998
DESCRIPTOR, COMMIT, SUPERBLOCK_1, SUPERBLOCK_2, REVOKE = 1, 2, 3, 4, 5

WIDE, ASYNC_COMMIT, CHECKSUMS_2, CHECKSUMS_3, FAST_COMMIT = 0x2, 0x4, 0x8, 0x10, 0x20
KNOWN_INCOMPATIBLE = 0x1 | WIDE | ASYNC_COMMIT | CHECKSUMS_2 | CHECKSUMS_3
CHECKSUMS_1 = 0x1

ESCAPED, SAME_UUID, LAST = 0x1, 0x2, 0x8


@dataclass(frozen=True, slots=True)
class Logged:
    """A block of the volume as a transaction wrote it.

    `at` is the byte of the volume where the journal holds it, `escaped` that its first four bytes are the
    journal's magic, written as zeros. `checksum` is what the journal says of it.
    """

    block: int
    at: int
    escaped: bool
    checksum: int


@dataclass(slots=True)
class Transaction:
    """What one transaction wrote and revoked. `committed` (nanoseconds) is when."""

    sequence: int
    blocks: list[Logged] = field(default_factory=list)
    revoked: list[int] = field(default_factory=list)
    committed: int = 0


class Journal:
    """The journal in a file of these extents.

    Raises Damaged or NotHandled when its superblock cannot be read.
    """

    def __init__(self, volume: Volume, extents: list[Extent], block_size: int) -> None:
        self._volume = volume
        self._extents = sorted(extents, key=lambda extent: extent.logical)
        self.block_size = block_size
        raw = self.read(0)
        magic, kind = struct.unpack_from(">II", raw)
        if magic != MAGIC or kind != SUPERBLOCK_2:
            raise Damaged(f"the journal does not begin with its superblock (kind {kind})")
        compatible, self.features = big("I", raw, 36), big("I", raw, 40)
        self.first, self.end = big("I", raw, 20), big("I", raw, 16)
        self.sequence, self.start = big("I", raw, 24), big("I", raw, 28)
        self.failed = big("I", raw, 32)
        self._check(raw, compatible)
        self.seed = running(SEED, raw[48:64])

    @property
    def has_checksums(self) -> bool:
        """True when its blocks have checksums."""
        return bool(self.features & (CHECKSUMS_2 | CHECKSUMS_3))

    def _check(self, raw: bytes, compatible: int) -> None:
        if self.features & FAST_COMMIT:
            raise NotHandled("its journal uses fast commits")
        if unknown := self.features & ~KNOWN_INCOMPATIBLE:
            raise NotHandled(f"its journal has features newer than this reader (incompat {unknown:#x})")
        if compatible & CHECKSUMS_1:
            raise NotHandled("its journal has checksums of the first kind")
        if big("I", raw, 12) != self.block_size:
            raise Damaged(f"the journal has blocks of {big('I', raw, 12)} bytes, the file system of others")
        found = running(SEED, raw[:0xFC], bytes(4), raw[0x100:1024])
        if self.has_checksums and found != big("I", raw, 0xFC):
            raise Damaged("the journal's superblock does not match its checksum")
        if not 0 < self.first < self.end or (self.start and not self.first <= self.start < self.end):
            raise Damaged(f"the journal should start at {self.start} of {self.first} to {self.end}")

    def position(self, number: int) -> int:
        """The byte of the volume at which a block of the journal begins."""
        for extent in self._extents:
            if extent.logical <= number < extent.logical + extent.count:
                return (extent.physical + number - extent.logical) * self.block_size
        raise Damaged(f"block {number} of the journal is nowhere on the volume")

    def read(self, number: int) -> bytes:
        """A block of the journal."""
        what = f"block {number} of the journal"
        return read_exactly(self._volume, self.position(number), self.block_size, what)

    def transactions(self) -> Iterator[Transaction]:
        """The committed transactions, oldest first; none when the journal is empty.

        Raises Damaged when a transaction that was committed cannot be read.
        """
        if self.start:
            yield from _Scan(self).run()


class _Scan:
    """Walks through the journal once, from its start to the first block that belongs to no transaction."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._next = journal.start
        self._left = journal.end - journal.first
        self._doubts = ""
        self._last_commit = 0

    def run(self) -> Iterator[Transaction]:
        current = Transaction(self._journal.sequence)
        while self._left > 0:
            block = self._take()
            magic, kind, sequence = struct.unpack_from(">III", block)
            if magic != MAGIC or sequence != current.sequence:
                return
            if kind == DESCRIPTOR:
                self._check_tail(block, "a descriptor")
                self._describe(block, current)
            elif kind == REVOKE:
                self._check_tail(block, "a list of revoked blocks")
                current.revoked += self._revoked(block)
            elif kind == COMMIT:
                if not self._is_committed(block, current):
                    return
                yield current
                current = Transaction((current.sequence + 1) & 0xFFFFFFFF)
            else:
                return

    def _take(self) -> bytes:
        return self._journal.read(self._skip())

    def _skip(self) -> int:
        """The number of the next block, which is passed over."""
        number = self._next
        self._next = number + 1 if number + 1 < self._journal.end else self._journal.first
        self._left -= 1
        return number

    def _check_tail(self, block: bytes, what: str) -> None:
        """A wrong checksum may be of a transaction that was being written: only its commit tells."""
        if not self._journal.has_checksums:
            return
        if running(self._journal.seed, block[:-4], bytes(4)) != big("I", block, len(block) - 4):
            self._doubts = what

    def _describe(self, block: bytes, current: Transaction) -> None:
        features = self._journal.features
        end = len(block) - (4 if self._journal.has_checksums else 0)
        size = _tag_size(features)
        at = 12
        while at + size <= end and self._left > 0:
            number, flags, checksum = _tag(block, at, features)
            at += size + (0 if flags & SAME_UUID else 16)
            place = self._journal.position(self._skip())
            current.blocks.append(Logged(number, place, bool(flags & ESCAPED), checksum))
            if flags & LAST:
                return

    def _revoked(self, block: bytes) -> list[int]:
        size = 8 if self._journal.features & WIDE else 4
        used = big("I", block, 12)
        if not 16 <= used <= len(block):
            self._doubts = "a list of revoked blocks"
            return []
        count = (used - 16) // size
        return list(struct.unpack_from(f">{count}{'Q' if size == 8 else 'I'}", block, 16))

    def _is_committed(self, block: bytes, current: Transaction) -> bool:
        """True when the transaction counts. A commit older than the one before it is left over from an
        earlier round of the journal."""
        journal = self._journal
        current.committed = big("Q", block, 48) * 1_000_000_000 + big("I", block, 56)
        is_right = True
        if journal.has_checksums:
            expected = running(journal.seed, block[:16], bytes(4), block[20:])
            is_right = expected == big("I", block, 16)
        if is_right and not self._doubts:
            self._last_commit = current.committed
            return True
        if current.committed < self._last_commit:
            return False
        what = self._doubts or "the commit"
        raise Damaged(f"{what} of transaction {current.sequence} does not match its checksum")


def _tag_size(features: int) -> int:
    """The bytes of a tag, as the kernel's journal_tag_bytes() counts them."""
    if features & CHECKSUMS_3:
        return 16
    size = 12 + (2 if features & CHECKSUMS_2 else 0)
    return size if features & WIDE else size - 4


def _tag(block: bytes, at: int, features: int) -> tuple[int, int, int]:
    """The block, the flags and the checksum of a tag."""
    is_wide = features & WIDE
    if features & CHECKSUMS_3:
        low, flags, high, checksum = struct.unpack_from(">IIII", block, at)
    else:
        low, checksum, flags = struct.unpack_from(">IHH", block, at)
        high = big("I", block, at + 8) if is_wide else 0
    return low | (high << 32 if is_wide else 0), flags, checksum
