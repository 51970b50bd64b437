"""Files and folders of a file system, read by libfsext and libfsxfs.

https://github.com/libyal/libfsext and https://github.com/libyal/libfsxfs (LGPL-3.0-or-later)
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import pyfsext
import pyfsxfs

from snapkeep_filesystems.contents import Contents
from snapkeep_filesystems.errors import Damaged, NotHandled, UnreadableError
from snapkeep_filesystems.file_system import FileSystem
from snapkeep_filesystems.folders import Folder
from snapkeep_filesystems.volume import Volume
from snapkeep_filesystems.xfs.long_links import MAGIC, long_target
from snapkeep_filesystems.xfs.superblock import read_superblock

_READERS = {Contents.EXT4: pyfsext, Contents.XFS: pyfsxfs}

LONGEST = 255
"""Bytes of the longest name that Linux allows."""

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class Kind(StrEnum):
    """What a name stands for."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    OTHER = "other"


_KINDS = {0o100000: Kind.FILE, 0o040000: Kind.FOLDER, 0o120000: Kind.LINK}


@dataclass(frozen=True, slots=True)
class Entry:
    """A name in a folder. `size` is in bytes, `modified` aware UTC. `mode` are its permission bits."""

    name: str
    kind: Kind
    size: int
    modified: datetime
    mode: int
    owner: int
    group: int


class Files:
    """The files of a file system. Raises Damaged for what the file system itself contradicts, and what
    reading its volume raises; after that, nothing else can be read from it."""

    def __init__(self, file_system: FileSystem) -> None:
        self._file_system = file_system
        raw = file_system.raw if file_system.transactions else None
        self._stream = VolumeStream(file_system.volume, raw)  # the library does not keep it alive
        self._reader = _READERS[file_system.contents].volume()
        with self._troubles("the file system"):
            self._reader.open_file_object(self._stream)
        self._stream.differs = False

    @property
    def read_from_log(self) -> bool:
        """True when something that was read since it was opened is only in the log."""
        return self._stream.differs

    def entry(self, path: str) -> Entry | None:
        """What is at an absolute path; None for nothing. Links are not followed."""
        found = self._at(path)
        return None if found is None else self._entry(found, path, path.rpartition("/")[2])

    def entries(self, path: str) -> Iterator[Entry]:
        """What is in a folder, in its own order; nothing if there is no such folder."""
        folder = self._at(path)
        if folder is None or self._kind(folder, path) is not Kind.FOLDER:
            return
        entries = self._folder(folder).entries()
        while True:
            with self._troubles(path):
                name, each = next(entries, ("", None))
            if each is None:
                return
            yield self._entry(each, path, name)

    def read(self, path: str, offset: int, length: int) -> bytes:
        """Bytes of a file from `offset` on; fewer at its end. Raises FileNotFoundError."""
        found = self._at(path)
        if found is None or self._kind(found, path) is not Kind.FILE:
            raise FileNotFoundError(path)
        with self._troubles(path):
            length = min(length, found.size - offset)
            return bytes(found.read_buffer_at_offset(length, offset)) if length > 0 else b""

    def target(self, path: str) -> str:
        """Where a link leads. Raises FileNotFoundError, and NotHandled for what the library cannot tell."""
        found = self._at(path)
        if found is None or self._kind(found, path) is not Kind.LINK:
            raise FileNotFoundError(path)
        with self._troubles(path):
            target = self._told_target(found, path)
            is_magic = self._file_system.contents is Contents.XFS and target == MAGIC.decode()
            if not is_magic or found.size == len(MAGIC):  # a short link may lead to that name
                return target
            extents = [found.get_extent(number)[:2] for number in range(found.number_of_extents)]
            size = found.size
        return self._long_target(path, extents, size)

    def _told_target(self, link: Any, path: str) -> str:
        try:
            return str(link.symbolic_link_target)
        except OSError as error:
            if self._stream.failure:
                raise
            raise NotHandled(f"{path} is a link whose target is not UTF-8") from error

    def _long_target(self, path: str, extents: list[tuple[int, int]], size: int) -> str:
        superblock = read_superblock(self._file_system.raw)
        try:
            return long_target(self._file_system.volume, superblock, extents, size).decode()
        except UnicodeDecodeError as error:
            raise NotHandled(f"{path} is a link whose target is not UTF-8") from error

    def _at(self, path: str) -> Any:
        with self._troubles(path):
            if path in ("", "/"):
                return self._reader.get_root_directory()
            try:
                found = self._reader.get_file_entry_by_path(path.rstrip("/"))
            except (OSError, ValueError):
                if self._stream.failure:
                    raise
                return self._step_by_step(path)  # a name on the way that the library cannot tell
            has_long = any(len(part.encode(errors="surrogatepass")) >= LONGEST for part in path.split("/"))
            return self._step_by_step(path) if found is None and has_long else found

    def _folder(self, found: Any) -> Folder:
        volume, raw = (
            Reporting(each, self._stream) for each in (self._file_system.volume, self._file_system.raw)
        )
        return Folder(self._file_system.contents, volume, raw, found)

    def _step_by_step(self, path: str) -> Any:
        """What is at a path, folder by folder."""
        found = self._reader.get_root_directory()
        for part in filter(None, path.split("/")):
            if found is None or self._kind(found, path) is not Kind.FOLDER:
                return None
            entries = self._folder(found).entries()
            found = next((each for name, each in entries if name == part), None)
        return found

    def _entry(self, found: Any, path: str, name: str) -> Entry:
        with self._troubles(path):
            modified = found.get_modification_time_as_integer() // 1000
            return Entry(
                name=name,
                kind=self._kind(found, path),
                size=found.size,
                modified=_BEGINNING + timedelta(microseconds=modified),
                mode=found.file_mode & 0o7777,
                owner=found.owner_identifier,
                group=found.group_identifier,
            )

    def _kind(self, found: Any, path: str) -> Kind:
        with self._troubles(path):
            return _KINDS.get(found.file_mode & 0o170000, Kind.OTHER)

    @contextmanager
    def _troubles(self, what: str) -> Iterator[None]:
        """What the libraries raise for bytes that make no sense, in our words.

        When the volume cannot be read, they raise the same or nothing: what the volume raised counts.
        """
        try:
            yield
        except UnreadableError:
            raise
        except Exception as error:  # SystemError, MemoryError and more: whatever their C code stumbles over
            said = str(error).partition(":")[2].strip() or error
            raise self._stream.failure or Damaged(f"{what} cannot be read: {said}") from error
        if self._stream.failure:
            raise self._stream.failure


class Reporting:
    """A volume that we read beside a library; what that raises counts as if the library had read it."""

    def __init__(self, volume: Volume, stream: VolumeStream) -> None:
        self._volume, self._stream = volume, stream

    @property
    def size(self) -> int:
        """How many bytes the volume has."""
        return self._volume.size

    def read(self, offset: int, length: int) -> bytes:
        """The bytes from `offset` on."""
        try:
            return self._volume.read(offset, length)
        except Exception as error:
            self._stream.failure = error
            raise


class VolumeStream(io.RawIOBase):
    """A volume as the libraries want it: an open file. `failure` is what reading the volume has raised;
    `differs` says that something read is otherwise on the volume `raw`."""

    def __init__(self, volume: Volume, raw: Volume | None = None) -> None:
        super().__init__()
        self.failure: Exception | None = None
        self.differs = False
        self._volume = volume
        self._raw = raw
        self._at = 0

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move to an offset, and return where that is."""
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._volume.size}[whence]
        return self._at

    def tell(self) -> int:
        """Where it is."""
        return self._at

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes."""
        length = self._volume.size - self._at if size is None or size < 0 else size
        try:
            found = self._volume.read(self._at, length)
            if self._raw and not self.differs:
                self.differs = found != self._raw.read(self._at, length)
        except Exception as error:
            self.failure = error
            raise
        self._at += len(found)
        return found

    def get_size(self) -> int:
        """How many bytes the volume has; the libraries ask for it by this name."""
        return self._volume.size
