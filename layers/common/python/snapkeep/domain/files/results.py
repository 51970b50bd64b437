"""Answers to questions about files.

Names are what the file system holds: any characters but a slash and NUL, those that are no UTF-8 as lone
surrogates (`os.fsencode` gives the bytes back).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from snapkeep.domain.proof.files import FileEntry, FileKind


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """A name in a folder; `target` is where a link leads."""

    entry: FileEntry
    target: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """What is in a folder, by name; a path that is no folder is listed alone.

    `log` says what was done about changes that the log of the file system still held, "" for none;
    `left_out` what is missing here and why, "" for nothing. So in all answers.
    """

    entries: tuple[ListedEntry, ...]
    log: str = ""
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that was stored to be fetched; a folder as a tar archive. `size` is in bytes, `sha256` in hex
    digits. `name` is a name to save it under: the last part of the path. `modified` is aware UTC."""

    name: str
    is_tar: bool
    size: int
    sha256: str
    modified: datetime
    log: str = ""
    left_out: str = ""


class VersionState(StrEnum):
    """How a path in one point compares with the same path in the point before."""

    CHANGED = "changed"
    SAME = "same"
    MISSING = "missing"
    NOT_LOOKED_AT = "not looked at"


@dataclass(frozen=True, slots=True)
class Version:
    """A path in one point, taken at an aware UTC time. `entry` is None where nothing was seen; `reason` says
    why a point was not looked at. The oldest point that has the path is `changed`: it is new there."""

    point_id: str
    taken: datetime
    state: VersionState
    entry: FileEntry | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Versions:
    """A path in every point of a claim, newest first."""

    versions: tuple[Version, ...]
    log: str = ""
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class FoundPath:
    """A path that was found, as it is in the newest point that has it (`newest`). `points` is in how many
    points it is; the first and last of them were taken at `first` and `last` (aware UTC)."""

    path: str
    kind: FileKind
    size: int
    modified: datetime
    newest: str
    points: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """Paths whose names match, in order."""

    paths: tuple[FoundPath, ...]
    log: str = ""
    left_out: str = ""


Answer = Listing | Fetched | Versions | Found
