"""File systems in points, and the files in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FileKind(StrEnum):
    """What a name in a folder stands for."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A name in a folder. `size` is in bytes, `modified` aware UTC; `mode` are the permission bits."""

    name: str
    kind: FileKind
    size: int
    modified: datetime
    mode: int = 0
    owner: int = 0
    group: int = 0


@dataclass(frozen=True, slots=True)
class FileSystemFacts:
    """What a file system says about itself. Sizes are bytes.

    `transactions` is how many its log held that were not yet in their places; `log_trouble` says why they
    could not be replayed. `errors` is what the kernel has recorded.
    """

    contents: str
    size: int
    free: int
    uuid: str
    label: str
    transactions: int = 0
    log_trouble: str = ""
    errors: str = ""
