"""`python -m sandbox.lab.volumes.make`: make the images of the lab's volumes again, filled as by its pods.

Of MySQL and WordPress only names, owners and sizes are theirs; the bytes are made up, and no server ran.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sandbox.lab.volumes import DROPPED, FOLDER, IMAGES
from sandbox.lab.volumes.archive import pack
from sandbox.lab.volumes.kernel import cut_off, grow, make, recovered

GIB = 2**30
PAGE = 16 * 1024
"""Bytes of a page of a table."""

MYSQL, APACHE = 999, 33
"""Users of the images mysql:8.0 and wordpress:6.2."""

TABLES = {"posts": 24, "postmeta": 9, "options": 40, "users": 7, "comments": 8, "terms": 7}
"""The tables of WordPress, with the pages that each has."""

DROPPED_TABLE = "posts"


def append_times(file: Path, end: datetime, every: timedelta, lines: int) -> None:
    """What `while true; do date -u >> FILE; sync; sleep N; done` has written by `end`."""
    with file.open("a") as opened:
        for number in range(lines, 0, -1):
            opened.write(f"{end - (number - 1) * every:%a %b %e %H:%M:%S UTC %Y}\n")
            opened.flush()
            os.fsync(opened.fileno())


def ebs_claim(image: Path) -> None:
    """The claim that was made with 4Gi and grown to 10Gi; its pod writes the time every five seconds."""
    make("xfs", image, 4 * GIB)
    now, every = datetime.now(UTC), timedelta(seconds=5)
    with cut_off(image) as there:
        append_times(there / "out.txt", now - 480 * every, every, 960)
        grow(image, there, 10 * GIB)
        append_times(there / "out.txt", now, every, 480)


def legacy_claim(image: Path) -> None:
    """The volume from before the CSI driver; its pod writes the time every minute."""
    make("ext4", image, 8 * GIB)
    with cut_off(image) as there:
        append_times(there / "out.txt", datetime.now(UTC), timedelta(minutes=1), 720)


def mysql(image: Path) -> None:
    """MySQL's directory, with a database for WordPress."""
    make("xfs", image, 20 * GIB)
    with cut_off(image) as there:
        for number, name in enumerate(("mysql.ibd", "ibdata1", "undo_001", "undo_002")):
            _write(there / name, _pages(number, 64), MYSQL)
        _write(there / "auto.cnf", b"[auto]\nserver-uuid=05a4a000-0000-4000-8000-00000000000a\n", MYSQL)
        for name in ("mysql", "performance_schema", "sys", "wordpress"):
            _folder(there / name, MYSQL)
        for name, pages in TABLES.items():
            _write(there / "wordpress" / f"wp_{name}.ibd", _pages(name, pages), MYSQL)
        _sync(there / "wordpress")


def drop_table(image: Path) -> None:
    """Somebody drops a table of MySQL, and its file goes; others are written on."""
    with cut_off(image) as there:
        (there / "wordpress" / f"wp_{DROPPED_TABLE}.ibd").unlink()
        _write(there / "wordpress" / "wp_options.ibd", _pages("options, later", 44), MYSQL)
        _sync(there / "wordpress")


def wordpress(image: Path) -> None:
    """WordPress's directory, with an upload."""
    make("xfs", image, 20 * GIB)
    with cut_off(image) as there:
        for name in ("index.php", "wp-config.php", "wp-login.php", "wp-settings.php"):
            _write(there / name, f"<?php // {name}\n".encode() * 40, APACHE)
        for name in ("wp-admin", "wp-includes", "wp-content"):
            _folder(there / name, APACHE)
        uploads = there / "wp-content" / "uploads"
        _folder(uploads, APACHE)
        _write(uploads / "harbour.jpg", random.Random("harbour").randbytes(20_000), APACHE)
        _sync(uploads)


MADE: Mapping[str, Callable[[Path], None]] = {
    "ebs-claim": ebs_claim,
    "legacy-claim": legacy_claim,
    "mysql": mysql,
    "wordpress": wordpress,
}


def main() -> None:
    """Make all images, or those that are named."""
    for name in sys.argv[1:] or sorted(set(IMAGES.values())):
        with tempfile.TemporaryDirectory() as folder:
            image = Path(folder, name)
            MADE[name](image)
            _keep(name, image)
            if name == "mysql":
                drop_table(image)
                _keep(DROPPED, image)


def _keep(name: str, image: Path) -> None:
    archive = FOLDER / f"{name}.tar.xz"
    pack(image, recovered(image), archive)
    print(name, archive.stat().st_size, "bytes", flush=True)


def _folder(path: Path, owner: int) -> None:
    path.mkdir()
    shutil.chown(path, owner, owner)


def _write(file: Path, data: bytes, owner: int) -> None:
    """Write a file as a server would: it is on the disk when this returns."""
    file.write_bytes(data)
    shutil.chown(file, owner, owner)
    file.chmod(0o640)
    _sync(file)


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    os.fsync(opened)
    os.close(opened)


def _pages(name: object, count: int) -> bytes:
    """Pages that differ, and that compress well."""
    dice = random.Random(str(name))
    rows = (f"{name}:{number}:{dice.getrandbits(64):016x}\n".encode() for number in range(count))
    return b"".join((row * (PAGE // len(row) + 1))[:PAGE] for row in rows)


if __name__ == "__main__":
    main()
