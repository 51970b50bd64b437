"""Volumes in files, and everything that is on them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from sandbox.lab.volumes.archive import Entry
from snapkeep_filesystems.files import Files, Kind

PORTION = 2**20


class ImageFile:
    """A volume in a sparse file."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDONLY)
        self.size = os.fstat(self._file).st_size

    def read(self, offset: int, length: int) -> bytes:
        """The bytes from `offset` on."""
        return os.pread(self._file, length, offset)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def entries(files: Files) -> dict[str, Entry]:
    """Everything in a file system, by path."""
    found = dict(_below(files, ""))
    return {path: entry for path, entry in found.items() if not path.startswith("/lost+found")}


def differences(true: Mapping[str, Entry], found: Mapping[str, Entry]) -> list[str]:
    """The paths at which there is something else than there should be."""
    return [path for path in sorted({*true, *found}) if true.get(path) != found.get(path)]


def _below(files: Files, folder: str) -> Iterator[tuple[str, Entry]]:
    for each in files.entries(folder):
        path = f"{folder}/{each.name}"
        if each.kind is Kind.FOLDER:
            yield path, ("directory",)
            yield from _below(files, path)
        elif each.kind is Kind.LINK:
            yield path, ("link", files.target(path))
        else:
            yield path, ("file", each.size, _hash(files, path, each.size))


def _hash(files: Files, path: str, size: int) -> str:
    done = hashlib.sha256()
    for offset in range(0, size, PORTION):
        done.update(files.read(path, offset, PORTION))
    return done.hexdigest()
