"""A file system on a volume, and what it says about itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from snapkeep_filesystems.contents import Contents
from snapkeep_filesystems.errors import UnreadableError
from snapkeep_filesystems.volume import Volume


@dataclass(frozen=True, slots=True)
class FileSystem:
    """A file system whose index matches its checksums. Sizes are bytes.

    `checked_groups` is how many of its `groups` have checksums that match; those of old formats have none.
    `errors` says what the kernel has recorded, "" for nothing.

    `volume` is the one to read from: `raw` with the log replayed, which took `transactions`, 0 for a clean
    log. `log_trouble` says why the log could not be replayed: then `volume` is as it was, and the newest
    changes are not visible.
    """

    contents: Contents
    size: int
    free: int
    uuid: str
    label: str
    groups: int
    checked_groups: int
    raw: Volume
    volume: Volume
    errors: str = ""
    transactions: int = 0
    log_trouble: str = ""


class Geometry(Protocol):
    """What the superblock of every file system says."""

    @property
    def groups(self) -> int: ...
    @property
    def uuid(self) -> bytes: ...
    @property
    def label(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Replayed:
    """A volume with its log replayed, and how many transactions that took."""

    volume: Volume
    transactions: int = 0


@dataclass(frozen=True, slots=True)
class Space:
    """How large a file system is and how much of it is free, in bytes."""

    size: int
    free: int


def opened(
    contents: Contents,
    volume: Volume,
    geometry: Geometry,
    checked_groups: int,
    errors: str,
    replay: Callable[[], Replayed],
    space_of: Callable[[Volume], Space],
) -> FileSystem:
    """The file system with its log replayed, or as it is with the reason why the log cannot be."""
    trouble = ""
    try:
        done = replay()
    except UnreadableError as error:
        done, trouble = Replayed(volume), error.reason
    space = space_of(done.volume)
    return FileSystem(
        contents=contents,
        size=space.size,
        free=space.free,
        uuid=str(UUID(bytes=geometry.uuid)),
        label=geometry.label,
        groups=geometry.groups,
        checked_groups=checked_groups,
        raw=volume,
        volume=done.volume,
        errors=errors,
        transactions=done.transactions,
        log_trouble=trouble,
    )
