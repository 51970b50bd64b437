"""Volumes whose names are bytes that a library for text does not expect.

Made by `python -m tests.filesystems.odd_names`, as root: the kernel writes them through a loop mount.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from sandbox.lab.volumes import archive
from tests.filesystems.images import FOLDER

NAMES = (
    b"bad\xff\xfename",
    b"new\nline",
    b"esc\x1b[31m",
    b"x" * 255,
    b"\xff" * 255,
    "ünï😀".encode(),
    b"\xe2\x82",
    b" ",
)
"""The names of files in /few and /many, each of which holds its own name."""

MORE = 400
"""Files in /many besides, so that it has an index of its own."""

SIZES = {"ext4": "8M", "xfs": "300M"}


def make(kind: str) -> Path:
    """Make one of the images anew, and return its archive."""
    with tempfile.TemporaryDirectory() as scratch:
        image, mounted = Path(scratch, "image"), Path(scratch, "mounted")
        mounted.mkdir()
        subprocess.run(["truncate", "-s", SIZES[kind], image], check=True)
        subprocess.run([f"mkfs.{kind}", "-q", image], check=True)
        subprocess.run(["mount", "-o", "loop", image, mounted], check=True)
        try:
            _fill(mounted)
        finally:
            subprocess.run(["umount", mounted], check=True)
        packed = FOLDER / f"{kind}-odd-names.tar.xz"
        archive.pack(image, {}, packed)
    return packed


def _fill(root: Path) -> None:
    few, many = root / "few", root / "many"
    for folder, more in ((few, 0), (many, MORE)):
        folder.mkdir()
        for name in (*NAMES, *(b"file-%d" % number for number in range(more))):
            (folder / os.fsdecode(name)).write_bytes(name)
    (few / "link").symlink_to("../\udcff")
    (few / "\udcff\udcff" / "below").mkdir(parents=True)


if __name__ == "__main__":
    for each in SIZES:
        print(each, make(each).stat().st_size, "bytes", flush=True)
