"""A file system on a volume, and what it says about itself."""

from __future__ import annotations

from dataclasses import dataclass

from snapkeep_filesystems.contents import Contents
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
