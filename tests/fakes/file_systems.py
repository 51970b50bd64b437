"""File systems in dicts, with names and sizes that no kernel would write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from snapkeep.domain.errors import NotFound
from snapkeep.domain.proof.files import FileEntry, FileKind, FileSystemFacts
from snapkeep.ports.filesystems import VolumeBytes

WHEN = datetime(2026, 11, 1, tzinfo=UTC)


def a_file(name: str, size: int = 3, kind: FileKind = FileKind.FILE) -> FileEntry:
    """An entry in a folder."""
    return FileEntry(name, kind, size, WHEN, 0o644, 1000, 1000)


def a_folder(name: str) -> FileEntry:
    """A folder in a folder."""
    return FileEntry(name, FileKind.FOLDER, 0, WHEN, 0o755, 0, 0)


@dataclass
class ForgedFileSystem:
    """What folders (by path) hold, in that order. A file holds its size in the letter `x`; a link leads to
    `targets`, or to /etc/passwd. With `loops`, every folder holds what the root holds."""

    folders: Mapping[str, list[FileEntry]]
    targets: Mapping[str, str] = field(default_factory=dict)
    loops: bool = False
    read_from_log: bool = False
    facts: FileSystemFacts = field(
        default_factory=lambda: FileSystemFacts("ext4", 2**30, 2**29, "f00d", "", 0, "", "")
    )

    def entry(self, path: str) -> FileEntry | None:
        """What is at a path."""
        if path == "/":
            return a_folder("")
        folder, _, name = path.rpartition("/")
        return next((each for each in self.entries(folder or "/") if each.name == name), None)

    def entries(self, path: str) -> Iterator[FileEntry]:
        """What is in a folder."""
        yield from self.folders.get("/" if self.loops else path, ())

    def read(self, path: str, offset: int, length: int) -> bytes:
        """Bytes of a file."""
        entry = self.entry(path)
        if entry is None:
            raise NotFound(f"there is no {path}")
        return b"x" * max(0, min(length, entry.size - offset))

    def target(self, path: str) -> str:
        """Where a link leads."""
        return self.targets.get(path, "/etc/passwd")


@dataclass
class ForgedFileSystems:
    """Opens the same file system on every volume."""

    found: ForgedFileSystem

    def open(self, volume: VolumeBytes) -> ForgedFileSystem:
        """The file system."""
        volume.read(0, 1)
        return self.found
