"""A volume with a few bytes changed."""

from __future__ import annotations

from collections.abc import Mapping

from snapkeep_filesystems.volume import Volume


class Changed:
    """A volume some of whose bytes (by offset) are others."""

    def __init__(self, volume: Volume, changes: Mapping[int, int]) -> None:
        self._volume = volume
        self._changes = changes
        self.size = volume.size

    def read(self, offset: int, length: int) -> bytes:
        """The bytes from `offset` on."""
        found = bytearray(self._volume.read(offset, length))
        for at, value in self._changes.items():
            if offset <= at < offset + len(found):
                found[at - offset] = value
        return bytes(found)


class Watched:
    """A volume that remembers what was read (offset and length)."""

    def __init__(self, volume: Volume) -> None:
        self._volume = volume
        self.size = volume.size
        self.reads: list[tuple[int, int]] = []

    def read(self, offset: int, length: int) -> bytes:
        """The bytes from `offset` on."""
        self.reads.append((offset, length))
        return self._volume.read(offset, length)
