"""How much one question about files may read, and what the config says about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from snapkeep.domain.errors import FilesRefused
from snapkeep.domain.files.problems import ProblemKind
from snapkeep.domain.sizes import GIB, about

FILE = "`largest_file`"
ENTRIES = "`most_entries`"
DEPTH = "`deepest`"
TIME = "`longest`"


@dataclass(frozen=True, slots=True)
class FileLimits:
    """What one question may read: a file or an archive of `largest_file` bytes, folders with `most_entries`
    names in all and `deepest` folders below each other, for as long as `longest`."""

    largest_file: int = GIB
    most_entries: int = 10_000
    deepest: int = 64
    longest: timedelta = timedelta(minutes=10)

    def check_size(self, what: str, size: int) -> None:
        """Raise FilesRefused for more bytes than may be fetched."""
        if size > self.largest_file:
            limit = f"{about(self.largest_file)} ({self.largest_file:,} bytes)"
            raise _refusal(f"{what} has {about(size)} ({size:,} bytes), more than {limit}", FILE)

    def check_entries(self, what: str, count: int) -> None:
        """Raise FilesRefused for more names than may be read."""
        if count > self.most_entries:
            raise _refusal(f"{what} holds more than {self.most_entries:,} files and folders", ENTRIES)

    def check_depth(self, what: str, depth: int) -> None:
        """Raise FilesRefused for a folder that lies too deep."""
        if depth > self.deepest:
            raise _refusal(f"{what} is {depth} folders deep, more than {self.deepest}", DEPTH)

    def check_time(self, what: str, taken: timedelta) -> None:
        """Raise FilesRefused for work that takes too long."""
        if taken > self.longest:
            limit = f"{self.longest.total_seconds():,.0f} s"
            raise _refusal(f"{what} takes longer than {limit}", TIME, ProblemKind.TOOK_TOO_LONG)


@dataclass(frozen=True, slots=True)
class FileRules:
    """Files may be read out of points; `keys` are the KMS keys (ARNs) under which encrypted ones may be
    read."""

    keys: tuple[str, ...] = ()
    limits: FileLimits = field(default_factory=FileLimits)


def file_rules_of(item: Mapping[str, Any] | None) -> FileRules | None:
    """The setting in a JSON document; None for none. Raises KeyError or TypeError for anything else."""
    if item is None:
        return None
    limits = item["limits"]
    return FileRules(
        tuple(item["keys"]),
        FileLimits(
            largest_file=limits["largest_file"],
            most_entries=limits["most_entries"],
            deepest=limits["deepest"],
            longest=timedelta(seconds=limits["longest"]),
        ),
    )


def _refusal(reason: str, setting: str, kind: ProblemKind = ProblemKind.TOO_LARGE) -> FilesRefused:
    fix = f"ask for less, or raise {setting} under `files` in snapkeep.yaml"
    return FilesRefused(reason, fix, kind.value)
