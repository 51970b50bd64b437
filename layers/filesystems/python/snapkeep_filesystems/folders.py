"""What a folder holds, with names that the libraries cannot tell: those that are no UTF-8, which they refuse,
and those of 255 bytes, which libfsext leaves out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from snapkeep_filesystems.contents import Contents
from snapkeep_filesystems.errors import NotHandled
from snapkeep_filesystems.ext4 import names as ext4_names
from snapkeep_filesystems.ext4 import superblock as ext4_superblock
from snapkeep_filesystems.volume import Volume, read_exactly
from snapkeep_filesystems.xfs import names as xfs_names
from snapkeep_filesystems.xfs import superblock as xfs_superblock
from snapkeep_filesystems.xfs.long_links import position

LARGEST = 64 * 2**20
"""Bytes of a folder; the libraries keep all of its entries in memory, about 250 bytes each."""


@dataclass
class Folder:
    """The entries of a folder `found`, which a library gives. Bytes that are no UTF-8 become lone surrogates.

    The folder is on `volume`; `raw` is the same without what is only in the log.
    """

    contents: Contents
    volume: Volume
    raw: Volume
    found: Any

    def entries(self) -> Iterator[tuple[str, Any]]:
        """Each name and entry, in the folder's order. Raises NotHandled for a folder that is too large, and
        what the libraries raise."""
        size = sum(length for _, length in self._extents)
        if size > LARGEST:
            raise NotHandled(f"a folder of {size:,} bytes is too large to be read, more than {LARGEST:,}")
        for number in range(self.found.number_of_sub_file_entries):
            each = self.found.get_sub_file_entry(number)
            yield self._name(each), each

    def _name(self, each: Any) -> str:
        try:
            name = each.name
        except OSError:
            name = None
        if name is not None:
            return str(name)
        names = self._untold.get(each.inode_number, [])
        return names.pop(0) if names else f"(a name that cannot be read, inode {each.inode_number})"

    @cached_property
    def _untold(self) -> dict[int, list[str]]:
        """The names that libraries cannot tell, by inode."""
        untold: dict[int, list[str]] = {}
        for inode, name in self._raw():
            text = name.decode(errors="surrogateescape")
            if len(name) == 255 or not _is_text(text):
                untold.setdefault(inode, []).append(text)
        return untold

    def _raw(self) -> Iterator[tuple[int, bytes]]:
        volume, raw = self.volume, self.raw
        if self.contents is Contents.EXT4:
            size = ext4_superblock.read_superblock(raw).block_size
            yield from ext4_names.names_in(self._data(lambda offset: offset), size)
            return
        superblock = xfs_superblock.read_superblock(raw)
        if not self._extents:
            yield from xfs_names.names_inline(volume, superblock, self.found.inode_number)
        data = self._data(lambda offset: position(superblock, offset))
        yield from xfs_names.names_in(data, superblock, raw)

    def _data(self, place: Callable[[int], int]) -> bytes:
        return b"".join(
            read_exactly(self.volume, place(offset), length, "a folder") for offset, length in self._extents
        )

    @cached_property
    def _extents(self) -> list[tuple[int, int]]:
        """Offset and length as the library gives them; none for a folder that fits into its inode."""
        try:
            count = self.found.number_of_extents
        except OSError:
            return []
        return [self.found.get_extent(number)[:2] for number in range(count)]


def _is_text(name: str) -> bool:
    return not any("\udc80" <= letter <= "\udcff" for letter in name)
