"""File systems through snapkeep_filesystems, which is in a layer of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from snapkeep.domain.errors import BrokenVolume, NotFound, UnknownVolume
from snapkeep.domain.files.words import shown
from snapkeep.domain.proof.files import FileEntry, FileKind, FileSystemFacts
from snapkeep.ports.filesystems import VolumeBytes
from snapkeep_filesystems.errors import Damaged, NotHandled
from snapkeep_filesystems.files import Entry, Files
from snapkeep_filesystems.opening import open_file_system


class ReadFileSystems:
    """Implements the FileSystems port."""

    def open(self, volume: VolumeBytes) -> ReadFileSystem:
        """The file system of a volume."""
        with _errors():
            return ReadFileSystem(volume)


class ReadFileSystem:
    """Implements the FileSystem port."""

    def __init__(self, volume: VolumeBytes) -> None:
        opened = open_file_system(volume)
        self._files = Files(opened)
        self.facts = FileSystemFacts(
            contents=opened.contents.value,
            size=opened.size,
            free=opened.free,
            uuid=opened.uuid,
            label=opened.label,
            transactions=opened.transactions,
            log_trouble=opened.log_trouble,
            errors=opened.errors,
        )

    @property
    def read_from_log(self) -> bool:
        """Whether something that was read is only in the log."""
        return self._files.read_from_log

    def entry(self, path: str) -> FileEntry | None:
        """What is at a path; None for nothing."""
        with _errors():
            found = self._files.entry(path)
            return _entry(found) if found else None

    def entries(self, path: str) -> Iterator[FileEntry]:
        """What is in a folder."""
        with _errors():
            yield from map(_entry, self._files.entries(path))

    def read(self, path: str, offset: int, length: int) -> bytes:
        """Bytes of a file."""
        with _errors():
            return self._files.read(path, offset, length)

    def target(self, path: str) -> str:
        """Where a link leads."""
        with _errors():
            return self._files.target(path)


def _entry(found: Entry) -> FileEntry:
    return FileEntry(
        name=found.name,
        kind=FileKind(found.kind.value),
        size=found.size,
        modified=found.modified,
        mode=found.mode,
        owner=found.owner,
        group=found.group,
    )


@contextmanager
def _errors() -> Iterator[None]:
    """Our errors; names in their reasons are printable, since an answer is UTF-8 and these are any bytes."""
    try:
        yield
    except Damaged as error:
        raise BrokenVolume(shown(error.reason)) from error
    except NotHandled as error:
        raise UnknownVolume(shown(error.reason)) from error
    except FileNotFoundError as error:
        raise NotFound(f"there is no {shown(str(error))}") from error
