"""Saves a fetched file only if it is what was read from the recovery point."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

Shown = Callable[[int], None]
"""(bytes so far) Shows the progress."""


def unseen(done: int) -> None:
    """Shows nothing."""


class Spoilt(Exception):
    """What arrived is not what was read; the text says how it differs."""


@dataclass(frozen=True, slots=True)
class Promised:
    """What the API says of a file: its size in bytes, its SHA-256 in hexadecimal digits, and when it was
    modified (aware), None if that is not known."""

    size: int
    sha256: str
    modified: datetime | None = None


def copy(chunks: Iterable[bytes], out: BinaryIO, promised: Promised, shown: Shown = unseen) -> None:
    """Write the chunks as they come. Raises Spoilt at the end if they are not what was promised."""
    seen, size = hashlib.sha256(), 0
    for chunk in chunks:
        out.write(chunk)
        seen.update(chunk)
        size += len(chunk)
        shown(size)
    if size != promised.size:
        raise Spoilt(f"{size:,} of {promised.size:,} bytes arrived")
    if seen.hexdigest() != promised.sha256:
        raise Spoilt(f"the SHA-256 is {seen.hexdigest()}, not {promised.sha256}")


def save(
    chunks: Iterable[bytes],
    path: Path,
    promised: Promised,
    *,
    replace: bool,
    shown: Shown = unseen,
) -> None:
    """Write a file under a name of its own first, so that `path` never holds half of it.

    Raises Spoilt, FileExistsError for a path that must not be replaced, and OSError.
    """
    with _beside(path) as part:
        with part.open("wb") as out:
            copy(chunks, out, promised, shown)
            out.flush()
            os.fsync(out.fileno())
        if promised.modified:
            seconds = promised.modified.timestamp()
            os.utime(part, (seconds, seconds))
        if not replace and os.path.lexists(path):
            raise FileExistsError(str(path))
        part.replace(path)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """An empty file that is readable only for its owner until it is complete; gone unless it was renamed."""
    part = path.with_name(f".snapkeep-{secrets.token_hex(4)}.part")
    part.touch(mode=0o600, exist_ok=False)
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)
