"""The crashed volumes that the tests read: kept small, made anew by `python -m tests.filesystems.images`.

Each is an archive of the sparse image and of what the kernel's own recovery found on it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from sandbox.lab.volumes import archive
from sandbox.lab.volumes.archive import Entry
from tests.filesystems.crashes import Work, crash

FOLDER = Path(__file__).with_name("images")
SMALL = (0, 10, 100, 5000)

WORKS: Mapping[str, Work] = {
    "ext4": Work("ext4", 1, 600, 64, sizes=SMALL),
    "ext4-wrapped": Work("ext4", 2, 2500, 64, ("-J", "size=1"), SMALL),
    "ext4-small-blocks": Work("ext4", 6, 600, 32, ("-b", "1024"), SMALL),
    "ext3": Work("ext4", 3, 400, 32, ("-b", "1024", "-O", "^extents,^64bit,^metadata_csum"), SMALL),
    "ext4-unmounted": Work("ext4", 7, 1200, 64, sizes=SMALL, unmounted=True),
    "xfs": Work("xfs", 4, 600, 300, sizes=SMALL),
    "xfs-wrapped": Work("xfs", 5, 5000, 64, sizes=SMALL),
    "xfs-unmounted": Work("xfs", 8, 1200, 300, sizes=SMALL, unmounted=True),
}


def make(name: str) -> Path:
    """Make one of the images anew, and return its archive."""
    packed = FOLDER / f"{name}.tar.xz"
    with tempfile.TemporaryDirectory() as folder:
        archive.pack(*crash(WORKS[name], Path(folder)), packed)
    return packed


def unpack(name: str, folder: Path) -> tuple[Path, Mapping[str, Entry]]:
    """The image of that name in a folder, and what the kernel found on it."""
    found = archive.unpack(FOLDER / f"{name}.tar.xz", folder)
    return found.image, found.entries


if __name__ == "__main__":
    for each in WORKS:
        print(each, make(each).stat().st_size, "bytes", flush=True)
