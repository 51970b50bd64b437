"""An xfs whose inodes, folders, maps of files and long links are read only if they match their checksums.

libfsxfs does not compare them. Each of these says where it belongs and on which file system, so that contents
of files are not taken for them. The layouts are those of fs/xfs/libxfs/xfs_format.h and xfs_da_format.h.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from snapkeep_filesystems.checksums import finished
from snapkeep_filesystems.errors import Damaged
from snapkeep_filesystems.volume import Volume, big, little
from snapkeep_filesystems.xfs.superblock import Superblock

SECTOR = 512


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where a block has its checksum, the number of its first sector, and the file system's UUID."""

    name: str
    checksum: int
    place: int
    uuid: int


_BLOCKS: Mapping[bytes, _Layout] = {
    b"BMA3": _Layout("a map of a file", 64, 24, 40),
    b"IAB3": _Layout("an index of inodes", 52, 16, 32),
    b"XSLM": _Layout("the target of a link", 12, 40, 16),
}
_FOLDERS: Mapping[bytes, _Layout] = {
    mark: _Layout("a block of a folder", 4, 8, 24) for mark in (b"XDB3", b"XDD3", b"XDF3")
}
_INODE = _Layout("an inode", 100, 152, 160)


class Verified:
    """A volume that raises Damaged for what does not match its checksum.

    What a replayed log has changed has no checksum yet: the kernel computes it when it writes the block.
    """

    def __init__(
        self, volume: Volume, superblock: Superblock, has_changed: Callable[[int, int], bool] | None = None
    ) -> None:
        self._volume, self._superblock = volume, superblock
        self._has_changed = has_changed or (lambda _offset, _length: False)
        self.size = volume.size

    def read(self, offset: int, length: int) -> bytes:
        """The bytes from `offset` on."""
        found = self._volume.read(offset, length)
        if offset % SECTOR:
            return found
        if found[:2] == b"IN":
            self._check(_INODE, offset, self._superblock.inode_size, self._inode_at(offset))
        elif layout := _BLOCKS.get(found[:4]):
            self._check(layout, offset, self._superblock.block_size, offset // SECTOR)
        elif layout := _FOLDERS.get(found[:4]):
            self._check(layout, offset, self._superblock.folder_block_size, offset // SECTOR)
        return found

    def _check(self, layout: _Layout, offset: int, size: int, place: int) -> None:
        data = self._volume.read(offset, size)
        if len(data) < size or self._has_changed(offset, size):
            return
        if data[layout.uuid :][:16] != self._superblock.own_uuid or big("Q", data, layout.place) != place:
            return
        at = layout.checksum
        if finished(data[:at], bytes(4), data[at + 4 :]) != little("I", data, at):
            raise Damaged(f"{layout.name} at byte {offset} does not match its checksum")

    def _inode_at(self, offset: int) -> int:
        """The number of the inode at a byte of the volume."""
        of = self._superblock
        block, within = divmod(offset, of.block_size)
        group, block = divmod(block, of.group_blocks)
        return (((group << of.group_bits) | block) << of.inode_bits) | within // of.inode_size
