"""Makes volumes that look as in a snapshot of a mounted volume: written to, and cut off in the middle.

Random work on a new file system, a shutdown that loses what was not written, and a copy of the image. What is
on it is then asked of the kernel, which mounts another copy and so replays the log. Needs root, loop mounts
and mkfs.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import random
import struct
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

MAKERS = {"ext4": ("mkfs.ext4", "-q", "-F", "-m0"), "xfs": ("mkfs.xfs", "-q", "-f")}

SHUT_DOWN, WITHOUT_LOG = 0x8004587D, 2

Entry = tuple[str | int, ...]
"""What is at a path: ("directory",), ("link", target) or ("file", bytes, sha256)."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is done to a volume before it is cut off. `options` go to mkfs."""

    kind: str
    seed: int
    operations: int = 3000
    mebibytes: int = 1024
    options: Sequence[str] = ()
    sizes: Sequence[int] = (0, 10, 100, 5000, 70_000, 300_000)


def crash(work: Work, folder: Path) -> tuple[Path, Mapping[str, Entry]]:
    """A crashed volume in that folder, and what the kernel's own recovery finds on it."""
    image = folder / f"{work.kind}-{work.seed}.img"
    with image.open("wb") as file:
        file.truncate(work.mebibytes * 2**20)
    # mkfs.xfs makes small volumes, with logs that soon wrap, for tests alone.
    allowed = os.environ | dict.fromkeys(("TEST_DIR", "TEST_DEV", "QA_CHECK_FS"), "1")
    _run([*MAKERS[work.kind], *work.options, str(image)], allowed)
    with _mounted(image, folder) as there:
        _Worker(work, there).run()
        shut_down(there)
    copy = folder / f"{image.name}.recovered"
    _run(["cp", "--sparse=always", str(image), str(copy)])
    with _mounted(copy, folder) as there:
        found = entries(there)
    copy.unlink()
    return image, found


def shut_down(mounted: Path) -> None:
    """Stop a file system without writing what is not on the disk: what a snapshot of that moment holds.

    The request is EXT4_IOC_SHUTDOWN and XFS_IOC_GOINGDOWN, which are the same, with the flag not to flush the
    log: include/uapi/linux/ext4.h and fs/xfs/libxfs/xfs_fs.h of the kernel.
    """
    folder = os.open(mounted, os.O_RDONLY)
    fcntl.ioctl(folder, SHUT_DOWN, struct.pack("I", WITHOUT_LOG))
    os.close(folder)


def entries(top: Path) -> dict[str, Entry]:
    """Everything below a folder, by path from there."""
    found: dict[str, Entry] = {}
    for path in sorted(top.rglob("*")):
        name = f"/{path.relative_to(top)}"
        if path.is_symlink():
            found[name] = "link", str(path.readlink())
        elif path.is_dir():
            found[name] = ("directory",)
        else:
            data = path.read_bytes()
            found[name] = "file", len(data), hashlib.sha256(data).hexdigest()
    found.pop("/lost+found", None)
    return found


@contextmanager
def _mounted(image: Path, folder: Path) -> Iterator[Path]:
    there = folder / "mounted"
    there.mkdir(exist_ok=True)
    _run(["mount", "-o", "loop", str(image), str(there)])
    try:
        yield there
    finally:
        _run(["umount", str(there)])


def _run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()[-500:]}")


@dataclass(slots=True)
class _Worker:
    """Makes, changes, moves and deletes files at random; the same for the same seed."""

    work: Work
    top: Path
    files: list[Path] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)

    def run(self) -> None:
        dice = random.Random(self.work.seed)
        self.folders.append(self.top)
        for number in range(self.work.operations):
            with suppress(OSError):
                self._do(dice, number)
        _sync(dice.choice(self.files))

    def _do(self, dice: random.Random, number: int) -> None:
        chance = dice.random()
        if chance < 0.06:
            folder = dice.choice(self.folders) / f"d{number}"
            folder.mkdir()
            self.folders.append(folder)
        elif chance < 0.55:
            file = dice.choice(self.folders) / f"file-{'x' * dice.randint(0, 60)}-{number}"
            file.write_bytes(_text(dice, dice.choice(self.work.sizes)))
            self.files.append(file)
        elif chance < 0.96 and self.files:
            self._change(dice, number, chance)
        elif chance < 0.98:
            link = dice.choice(self.folders) / f"l{number}"
            link.symlink_to("t" * dice.choice((5, 70, 400)))
        elif chance < 0.983:
            os.sync()
        elif self.files:
            _sync(dice.choice(self.files))

    def _change(self, dice: random.Random, number: int, chance: float) -> None:
        place = dice.randrange(len(self.files))
        file = self.files[place]
        if chance < 0.70:
            file.unlink()
            self.files.pop(place)
        elif chance < 0.78:
            self.files[place] = file.rename(dice.choice(self.folders) / f"r{number}")
        elif chance < 0.86:
            os.truncate(file, dice.choice((0, 50, 4096, 100_000)))
        else:
            with file.open("ab") as end:
                end.write(_text(dice, dice.choice((7, 4000, 90_000))))


def _text(dice: random.Random, size: int) -> bytes:
    """Bytes that compress well and differ from file to file."""
    line = f"{dice.getrandbits(64):x}\n".encode()
    return (line * (size // len(line) + 1))[:size]


def _sync(file: Path) -> None:
    descriptor = os.open(file, os.O_RDWR)
    os.fsync(descriptor)
    os.close(descriptor)
