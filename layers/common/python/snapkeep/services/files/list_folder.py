"""Lists a folder of a recovery point."""

from __future__ import annotations

import json
from collections.abc import Iterator

from snapkeep.domain.errors import NotFound, UnknownVolume
from snapkeep.domain.files.results import ListedEntry, Listing
from snapkeep.domain.files.words import below, is_possible, shown
from snapkeep.domain.proof.files import FileEntry, FileKind
from snapkeep.ports.filesystems import FileSystem
from snapkeep.services.files.open_point import OpenedPoint
from snapkeep.services.files.work import Work

MOST_BYTES = 4 * 10**6
"""How long an answer may get as JSON: Lambda returns 6 MB at most.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

A_ROW = 250
"""Bytes of a row besides its names."""


class Room:
    """The room that is left in an answer."""

    def __init__(self) -> None:
        self._left = MOST_BYTES

    def takes(self, *names: str) -> bool:
        """Whether a row with these names fits; then it is taken off."""
        self._left -= A_ROW + sum(len(json.dumps(name)) for name in names)
        return self._left >= 0


def list_folder(opened: OpenedPoint, path: str, work: Work) -> Listing:
    """What is at a path. Raises NotFound, and what reading raises."""
    entry = the_entry(opened, path)
    if entry.kind is not FileKind.FOLDER:
        return Listing((_listed(opened.files, path, entry),), opened.log)
    entries: list[ListedEntry] = []
    left_out, room = "", Room()
    for each in possible(opened.files, path):
        if len(entries) >= work.limits.most_entries:
            left_out = (
                f"only {len(entries):,} names are listed: `most_entries` under `files` in snapkeep.yaml"
            )
            break
        listed = _listed(opened.files, below(path, each.name), each)
        if not room.takes(each.name, listed.target):
            left_out = f"only {len(entries):,} names are listed: an answer holds no more"
            break
        entries.append(listed)
        work.go_on(f"{len(entries):,} names listed")
    return Listing(tuple(sorted(entries, key=lambda each: each.entry.name)), opened.log, left_out)


def the_entry(opened: OpenedPoint, path: str) -> FileEntry:
    """What is at a path. Raises NotFound."""
    entry = opened.files.entry(path)
    if entry is None:
        raise NotFound(f"{opened.point.id} has no {shown(path)}")
    return entry


def possible(files: FileSystem, folder: str) -> Iterator[FileEntry]:
    """What is in a folder, without names that no file can have and names that were there before."""
    seen: set[str] = set()
    for each in files.entries(folder):
        if is_possible(each.name) and each.name not in seen:
            seen.add(each.name)
            yield each


def _listed(files: FileSystem, path: str, entry: FileEntry) -> ListedEntry:
    if entry.kind is not FileKind.LINK:
        return ListedEntry(entry)
    try:
        return ListedEntry(entry, files.target(path))
    except UnknownVolume:
        return ListedEntry(entry)  # it leads to what is no UTF-8
