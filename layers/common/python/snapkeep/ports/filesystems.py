"""File systems, read from the bytes of a volume without mounting it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.proof.files import FileEntry, FileSystemFacts


class VolumeBytes(Protocol):
    """The bytes of a volume."""

    @property
    def size(self) -> int:
        """How many bytes it has."""

    def read(self, offset: int, length: int) -> bytes:
        """The bytes from `offset` on, fewer than `length` only at the end of the volume."""


class FileSystem(Protocol):
    """A file system with its log replayed. Every call may raise BrokenVolume.

    Paths are absolute; links are not followed.
    """

    @property
    def facts(self) -> FileSystemFacts:
        """What it says about itself."""

    @property
    def read_from_log(self) -> bool:
        """True when something that was read since it was opened is in its log, and not yet in its place."""

    def entry(self, path: str) -> FileEntry | None:
        """What is at a path; None for nothing."""

    def entries(self, path: str) -> Iterator[FileEntry]:
        """What is in a folder, in its own order; nothing if there is no such folder."""

    def read(self, path: str, offset: int, length: int) -> bytes:
        """Bytes of a file from `offset` on, fewer at its end. Raises NotFound."""

    def target(self, path: str) -> str:
        """Where a link leads. Raises NotFound, and UnknownVolume when that is no UTF-8."""


class FileSystems(Protocol):
    """Opens file systems."""

    def open(self, volume: VolumeBytes) -> FileSystem:
        """The file system of a volume. Raises UnknownVolume for one that cannot be read here, and
        BrokenVolume for one that contradicts itself."""
