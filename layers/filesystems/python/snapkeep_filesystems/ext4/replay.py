"""The journal of an ext4 replayed in memory: each block that it holds is read from there."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping

from snapkeep_filesystems.checksums import running
from snapkeep_filesystems.errors import Damaged
from snapkeep_filesystems.ext4.inodes import extents_of, read_inode
from snapkeep_filesystems.ext4.journal import CHECKSUMS_3, MAGIC, Journal, Logged, Transaction
from snapkeep_filesystems.ext4.superblock import Superblock
from snapkeep_filesystems.ext4.verified import Verified
from snapkeep_filesystems.file_system import Replayed
from snapkeep_filesystems.volume import Volume, read_exactly


def replay(volume: Volume, superblock: Superblock) -> Replayed:
    """The volume as the kernel would leave it after its recovery, without the writes.

    Raises Damaged or NotHandled when the journal cannot be replayed as the kernel would.
    """
    if not superblock.needs_recovery:
        return Replayed(_verified(volume, superblock))
    inode = read_inode(volume, superblock, superblock.journal_inode)
    journal = Journal(volume, extents_of(volume, superblock, inode), superblock.block_size)
    transactions = list(journal.transactions())
    newest = _newest(transactions)
    for sequence, logged in newest.values():
        _check(volume, superblock, journal, sequence, logged)
    blocks = {block: logged for block, (_, logged) in newest.items()}
    redirected = Redirected(volume, blocks, superblock.block_size)
    return Replayed(_verified(redirected, superblock), len(transactions))


def _verified(volume: Volume, superblock: Superblock) -> Volume:
    """The volume with its checksums compared, where it has them and its groups are all in one table."""
    if superblock.seed is None or superblock.has_meta_groups:
        return volume
    return Verified(volume, superblock, superblock.seed)


def _newest(transactions: Iterable[Transaction]) -> dict[int, tuple[int, Logged]]:
    """The newest copy of each block (its transaction's sequence first), without those that are revoked
    later."""
    found: dict[int, tuple[int, Logged]] = {}
    for each in transactions:
        # A transaction revokes a block before it may write it anew only in the next one.
        for logged in each.blocks:
            found[logged.block] = each.sequence, logged
        for block in each.revoked:
            found.pop(block, None)
    return found


def _check(volume: Volume, superblock: Superblock, journal: Journal, sequence: int, logged: Logged) -> None:
    if logged.block >= superblock.blocks:
        raise Damaged(f"the journal holds block {logged.block}, and there are {superblock.blocks}")
    if logged.at + journal.block_size > volume.size:
        raise Damaged(
            f"block {logged.block} would be in the journal at byte {logged.at}, outside of the volume"
        )
    if not journal.has_checksums:
        return
    data = read_exactly(volume, logged.at, journal.block_size, "a block of the journal")
    found = running(journal.seed, struct.pack(">I", sequence), data)
    if (found if journal.features & CHECKSUMS_3 else found & 0xFFFF) != logged.checksum:
        raise Damaged(f"block {logged.block} of transaction {sequence} does not match its checksum")


class Redirected:
    """A volume some of whose blocks are read from elsewhere on it."""

    def __init__(self, volume: Volume, blocks: Mapping[int, Logged], block_size: int) -> None:
        self._volume = volume
        self._blocks = blocks
        self._block_size = block_size

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self._volume.size

    def read(self, offset: int, length: int) -> bytes:
        """The bytes from `offset` on, with the journal replayed."""
        found = bytearray(self._volume.read(offset, length))
        size = self._block_size
        for block in range(offset // size, -(-(offset + len(found)) // size)):
            if logged := self._blocks.get(block):
                first, last = max(offset, block * size), min(offset + len(found), (block + 1) * size)
                found[first - offset : last - offset] = self._logged(logged)[
                    first - block * size : last - block * size
                ]
        return bytes(found)

    def _logged(self, logged: Logged) -> bytes:
        data = self._volume.read(logged.at, self._block_size)
        return struct.pack(">I", MAGIC) + data[4:] if logged.escaped else data
