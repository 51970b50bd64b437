"""The crashed volumes that the tests read: kept small, made anew by `python -m tests.filesystems.images`.

Each is an archive of the sparse image and of what the kernel's own recovery found on it.
"""

from __future__ import annotations

import json
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.filesystems.crashes import Entry, Work, crash

FOLDER = Path(__file__).with_name("images")
SMALL = (0, 10, 100, 5000)

WORKS: Mapping[str, Work] = {
    "ext4": Work("ext4", 1, 600, 64, sizes=SMALL),
    "ext4-wrapped": Work("ext4", 2, 2500, 64, ("-J", "size=1"), SMALL),
    "ext4-small-blocks": Work("ext4", 6, 600, 32, ("-b", "1024"), SMALL),
    "ext3": Work("ext4", 3, 400, 32, ("-b", "1024", "-O", "^extents,^64bit,^metadata_csum"), SMALL),
    "xfs": Work("xfs", 4, 600, 300, sizes=SMALL),
    "xfs-wrapped": Work("xfs", 5, 5000, 64, sizes=SMALL),
}


def make(name: str) -> Path:
    """Make one of the images anew, and return its archive."""
    archive = FOLDER / f"{name}.tar.xz"
    with tempfile.TemporaryDirectory() as folder:
        image, found = crash(WORKS[name], Path(folder))
        image.rename(Path(folder, "image"))
        Path(folder, "entries.json").write_text(json.dumps(found))
        pack = ["tar", "--sparse", "--sort=name", "-cJf", str(archive), "-C", folder, "entries.json", "image"]
        subprocess.run(pack, check=True)
    return archive


def unpack(name: str, folder: Path) -> tuple[Path, dict[str, Entry]]:
    """The image of that name in a folder, and what the kernel found on it."""
    with tarfile.open(FOLDER / f"{name}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    found = json.loads((folder / "entries.json").read_text())
    return folder / "image", {path: tuple(entry) for path, entry in found.items()}


if __name__ == "__main__":
    for each in WORKS:
        print(each, make(each).stat().st_size, "bytes", flush=True)
