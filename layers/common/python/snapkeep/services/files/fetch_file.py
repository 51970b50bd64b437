"""Stores a file of a recovery point, or a folder as a tar archive, to be fetched."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from snapkeep.domain.errors import FilesRefused
from snapkeep.domain.files.problems import ProblemKind
from snapkeep.domain.files.results import Fetched
from snapkeep.domain.files.words import shown
from snapkeep.domain.proof.files import FileEntry, FileKind
from snapkeep.ports.files import FileStore
from snapkeep.services.files.contents import content, size_of
from snapkeep.services.files.list_folder import the_entry
from snapkeep.services.files.open_point import OpenedPoint
from snapkeep.services.files.tar import FolderArchive
from snapkeep.services.files.work import Work


@dataclass(slots=True)
class _Measured:
    """What passes: how many bytes, and their SHA-256."""

    size: int = 0
    hash: hashlib._Hash = field(default_factory=hashlib.sha256)

    def through(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self.size += len(chunk)
            self.hash.update(chunk)
            yield chunk


@dataclass(frozen=True, slots=True)
class FetchFile:
    """Reads what is at a path once, and stores it as it comes."""

    store: FileStore

    def run(self, opened: OpenedPoint, path: str, work: Work) -> Fetched:
        """Store what is at a path. Links are not followed.

        Raises NotFound, FilesRefused for what is too large or no file, and what reading raises.
        """
        entry = the_entry(opened, path)
        if entry.kind is FileKind.FOLDER:
            return self._folder(opened, path, entry, work)
        if entry.kind is not FileKind.FILE:
            raise _no_file(opened, path, entry)
        size = size_of(entry, path)
        work.limits.check_size(shown(path), size)
        return self._stored(content(opened, path, size, work), entry, path, opened, work)

    def _folder(self, opened: OpenedPoint, path: str, entry: FileEntry, work: Work) -> Fetched:
        archive = FolderArchive(opened, path, work)
        found = self._stored(archive.chunks(entry), entry, path, opened, work)
        return found if not archive.left_out else _without(found, archive.left_out)

    def _stored(
        self, chunks: Iterable[bytes], entry: FileEntry, path: str, opened: OpenedPoint, work: Work
    ) -> Fetched:
        measured = _Measured()
        self.store.write_content(work.operation.id, measured.through(chunks))
        return Fetched(
            name=path.rpartition("/")[2] or opened.point.id,
            is_tar=entry.kind is FileKind.FOLDER,
            size=measured.size,
            sha256=measured.hash.hexdigest(),
            modified=entry.modified,
            log=opened.log,
        )


def _without(found: Fetched, count: int) -> Fetched:
    what = "sockets, pipes, devices, and links whose targets are not UTF-8"
    return replace(found, left_out=f"not in the archive, {count:,} in all: {what}")


def _no_file(opened: OpenedPoint, path: str, entry: FileEntry) -> FilesRefused:
    if entry.kind is FileKind.LINK:
        target = shown(opened.files.target(path))
        return FilesRefused(
            f"{shown(path)} is a link to {target}, and links are not followed",
            "ask for what it leads to",
            ProblemKind.NOT_FOUND,
        )
    return FilesRefused(
        f"{shown(path)} is a socket, a pipe or a device, and has no content",
        "`snapkeep ls` shows what is beside it",
        ProblemKind.NOT_FOUND,
    )
