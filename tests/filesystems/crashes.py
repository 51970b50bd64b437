"""Makes volumes that look as in a snapshot of a mounted volume: written to, and cut off in the middle.

Random work on a new file system, a shutdown that loses what was not written, and a copy of the image. What is
on it is then asked of the kernel, which mounts another copy and so replays the log. Needs root, loop mounts
and mkfs.
"""

from __future__ import annotations

import os
import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.lab.volumes.archive import Entry
from sandbox.lab.volumes.kernel import cut_off, make, mounted, recovered


@dataclass(frozen=True, slots=True)
class Work:
    """What is done to a volume before it is cut off, or `unmounted`. `options` go to mkfs."""

    kind: str
    seed: int
    operations: int = 3000
    mebibytes: int = 1024
    options: Sequence[str] = ()
    sizes: Sequence[int] = (0, 10, 100, 5000, 70_000, 300_000)
    unmounted: bool = False


def crash(work: Work, folder: Path) -> tuple[Path, Mapping[str, Entry]]:
    """A crashed volume in that folder, and what the kernel's own recovery finds on it."""
    image = folder / f"{work.kind}-{work.seed}.img"
    make(work.kind, image, work.mebibytes * 2**20, work.options)
    with (mounted if work.unmounted else cut_off)(image) as there:
        _Worker(work, there).run()
    return image, recovered(image)


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
