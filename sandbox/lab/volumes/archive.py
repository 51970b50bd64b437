"""A sparse image of a volume and what the kernel's own recovery found on it, in one small archive."""

from __future__ import annotations

import json
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

Entry = tuple[str | int, ...]
"""What is at a path: ("directory",), ("link", target) or ("file", bytes, sha256)."""

IMAGE, ENTRIES = "image", "entries.json"


@dataclass(frozen=True, slots=True)
class Archived:
    """An image in a sparse file, and what the kernel found on it, by absolute path."""

    image: Path
    entries: Mapping[str, Entry]


def pack(image: Path, entries: Mapping[str, Entry], archive: Path) -> None:
    """Write an archive; only what the image holds beside zeros takes room."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["cp", "--sparse=always", image, Path(folder, IMAGE)], check=True)
        Path(folder, ENTRIES).write_text(json.dumps(entries))
        files = ["--sparse", "--sort=name", "--owner=0", "--group=0", "-C", folder, ENTRIES, IMAGE]
        subprocess.run(["tar", "-cJf", archive, *files], check=True)


def unpack(archive: Path, folder: Path) -> Archived:
    """Unpack an archive into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    found = json.loads((folder / ENTRIES).read_text())
    return Archived(folder / IMAGE, {path: tuple(entry) for path, entry in found.items()})
