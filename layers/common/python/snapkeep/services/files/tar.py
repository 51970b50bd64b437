"""A folder of a recovery point as a tar archive, made as it is read."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from snapkeep.domain.errors import UnknownVolume
from snapkeep.domain.files.words import below, shown
from snapkeep.domain.proof.files import FileEntry, FileKind
from snapkeep.services.files.contents import content, size_of
from snapkeep.services.files.list_folder import possible
from snapkeep.services.files.open_point import OpenedPoint
from snapkeep.services.files.work import Work

ROOM = 512
"""Bytes to which everything in an archive is filled up.
https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
"""


@dataclass(slots=True)
class FolderArchive:
    """The archive of a folder: everything below `path`, with modes, owners and times.

    No name in it leads out of the folder: each begins with `./`, has no `..`, and is there once, so that
    nothing is written through a link. A file with several names comes once for each. `left_out` counts what
    is neither file, folder nor link, and links to what is no UTF-8.
    """

    opened: OpenedPoint
    path: str
    work: Work
    left_out: int = 0
    _count: int = 0
    _size: int = 0
    _waiting: list[tuple[str, str, int]] = field(default_factory=list)

    def chunks(self, entry: FileEntry) -> Iterator[bytes]:
        """The archive. Raises FilesRefused when it gets too large, and what reading raises."""
        yield from self._member(".", self.path, entry)
        self._waiting.append((".", self.path, 0))
        while self._waiting:
            name, folder, depth = self._waiting.pop()
            for each in possible(self.opened.files, folder):
                yield from self._member(f"{name}/{each.name}", below(folder, each.name), each)
                if each.kind is FileKind.FOLDER:
                    self.work.limits.check_depth(shown(below(folder, each.name)), depth + 1)
                    self._waiting.append((f"{name}/{each.name}", below(folder, each.name), depth + 1))
        yield bytes(2 * ROOM)

    def _member(self, name: str, path: str, entry: FileEntry) -> Iterator[bytes]:
        self._count += 1
        limits = self.work.limits
        limits.check_entries(shown(self.path), self._count)
        target = self._target(path, entry)
        if entry.kind is FileKind.OTHER or target is None:
            self.left_out += 1
            return
        size = size_of(entry, path) if entry.kind is FileKind.FILE else 0
        self._size += size
        limits.check_size(f"{shown(self.path)} with all that is in it", self._size)
        yield self._header(name, target, entry, size)
        if entry.kind is FileKind.FILE:
            yield from content(self.opened, path, size, self.work)
            yield bytes(-size % ROOM)

    def _target(self, path: str, entry: FileEntry) -> str | None:
        """Where a link leads, None where that is no UTF-8; "" for what is no link."""
        if entry.kind is not FileKind.LINK:
            return ""
        try:
            return self.opened.files.target(path)
        except UnknownVolume:
            return None

    def _header(self, name: str, target: str, entry: FileEntry, size: int) -> bytes:
        info = tarfile.TarInfo(name)
        info.mode, info.uid, info.gid = entry.mode, entry.owner, entry.group
        info.mtime, info.size = entry.modified.timestamp(), size
        if entry.kind is FileKind.FOLDER:
            info.type = tarfile.DIRTYPE
        elif entry.kind is FileKind.LINK:
            info.type, info.linkname = tarfile.SYMTYPE, target
        return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
