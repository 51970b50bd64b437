"""A volume as readers see it: bytes at offsets."""

from __future__ import annotations

import struct
from typing import Protocol

from snapkeep_filesystems.errors import Damaged


class Volume(Protocol):
    """The bytes of a volume. What was never written reads as zeros."""

    @property
    def size(self) -> int:
        """How many bytes it has."""

    def read(self, offset: int, length: int) -> bytes:
        """The bytes from `offset` on, fewer than `length` only at the end of the volume."""


class Image:
    """A volume in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self._data)

    def read(self, offset: int, length: int) -> bytes:
        """The bytes from `offset` on."""
        return self._data[offset : offset + length]


def read_exactly(volume: Volume, offset: int, length: int, what: str) -> bytes:
    """The bytes of something that must be there whole. Raises Damaged when it is outside of the volume."""
    if offset < 0 or offset + length > volume.size:
        raise Damaged(f"{what} would be at byte {offset}, outside of the volume of {volume.size} bytes")
    return volume.read(offset, length)


def little(kind: str, data: bytes, offset: int) -> int:
    """A number of a struct kind (B, H, I, Q) in little-endian order, as ext4 writes them. Raises Damaged
    where the data end before it."""
    return _number(f"<{kind}", data, offset)


def big(kind: str, data: bytes, offset: int) -> int:
    """A number of a struct kind (B, H, I, Q) in big-endian order, as xfs and the journal of ext4 write
    them. Raises Damaged where the data end before it."""
    return _number(f">{kind}", data, offset)


def _number(kind: str, data: bytes, offset: int) -> int:
    try:
        return int(struct.unpack_from(kind, data, offset)[0])
    except struct.error as error:
        raise Damaged(f"a structure ends after {len(data)} bytes, before its field at {offset}") from error
