"""The content of a file, portion by portion."""

from __future__ import annotations

from collections.abc import Iterator

from snapkeep.domain.errors import BrokenVolume
from snapkeep.domain.files.words import shown
from snapkeep.domain.proof.files import FileEntry
from snapkeep.domain.sizes import about
from snapkeep.services.files.open_point import OpenedPoint
from snapkeep.services.files.work import Work

PORTION = 4 * 2**20
"""Bytes that are read at a time."""


def size_of(entry: FileEntry, path: str) -> int:
    """How many bytes a file has. Raises BrokenVolume for fewer than none."""
    if entry.size < 0:
        raise BrokenVolume(f"{shown(path)} has {entry.size:,} bytes")
    return entry.size


def content(opened: OpenedPoint, path: str, size: int, work: Work) -> Iterator[bytes]:
    """All `size` bytes of a file. Raises BrokenVolume when there are fewer."""
    done = 0
    while done < size:
        portion = opened.files.read(path, done, min(PORTION, size - done))
        if not portion:
            raise BrokenVolume(f"{shown(path)} ends after {done:,} of {size:,} bytes")
        done += len(portion)
        work.go_on(f"{about(done)} of {about(size)} of {shown(path)} read")
        yield portion
