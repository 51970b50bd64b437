"""What looking into points and reading their files takes, on volumes of 20 GiB that were cut off in use.

The readers are ours, unchanged, over an image instead of the EBS direct APIs; each question starts cold, in a
process of its own. Needs root, loop mounts and mkfs; without them there are no figures.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from bench.figures import Figure
from sandbox.lab.volumes.kernel import cut_off, make
from snapkeep.adapters.filesystems import ReadFileSystems
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.proof.blocks import BLOCK, Page
from snapkeep.domain.proof.files import FileKind
from snapkeep.domain.sizes import GIB
from snapkeep.services.proof.look_into import LookInto
from snapkeep.services.proof.snapshot_volume import Cost, SnapshotVolume

MIB = 2**20
SIZE = 20 * GIB
FOLDERS, FILES = 200, 2_000
LARGE, LARGE_SIZE = "/uploads/large", 5 * MIB
CHECKS = 900
MOST_MIB = 256
"""What a function may need; it has 512 MiB."""
BLOCK_DOLLARS, LISTING_DOLLARS = 0.003 / 1000, 0.0006 / 1000
"""A call of GetSnapshotBlock and of ListSnapshotBlocks. https://aws.amazon.com/ebs/pricing/"""
PAGE = 10_000
TAKEN = datetime(2026, 11, 2, tzinfo=UTC)


@dataclass(slots=True)
class ImageBlocks:
    """The blocks of an image: those in which its sparse file has data."""

    path: Path
    _written: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        with self.path.open("rb") as image:
            self._written = sorted(set(_written(image.fileno())))

    def listed(self, _: str, first: int) -> Page:
        """Up to 10,000 blocks, as one call tells."""
        after = [index for index in self._written if index >= first]
        tokens = dict.fromkeys(after[:PAGE], "token")
        is_last = len(after) <= PAGE
        return Page(tokens, SIZE // BLOCK if is_last else max(tokens) + 1, is_last, SIZE)

    def changed(self, before: str, snapshot_id: str, first: int = 0) -> Iterator[int]:
        """Nothing: there is no other snapshot."""
        del before, snapshot_id, first
        yield from ()

    def read(self, _: str, index: int, token: str) -> bytes:
        """A block."""
        del token
        with self.path.open("rb") as image:
            image.seek(index * BLOCK)
            return image.read(BLOCK)


def _written(image: int) -> Iterator[int]:
    at, end = 0, os.fstat(image).st_size
    while at < end:
        try:
            start = os.lseek(image, at, os.SEEK_DATA)
        except OSError:  # ENXIO: no more data
            return
        at = os.lseek(image, start, os.SEEK_HOLE)
        yield from range(start // BLOCK, -(-at // BLOCK))


def check(blocks: ImageBlocks, cost: Cost, times: int = 1) -> None:
    """Check a point, as check_points does."""
    snapshot = Snapshot("snap-bench", "vol-bench", SnapshotState.COMPLETED, TAKEN, SIZE, {})
    for _ in range(times):
        LookInto(blocks, ReadFileSystems()).run(snapshot, (LARGE,), "", cost)


def checks(blocks: ImageBlocks, cost: Cost) -> None:
    """Check 900 points."""
    check(blocks, cost, CHECKS)


def listed(blocks: ImageBlocks, cost: Cost) -> None:
    """List a folder."""
    assert list(ReadFileSystems().open(_volume(blocks, cost)).entries("/uploads"))


def read(blocks: ImageBlocks, cost: Cost) -> None:
    """Read a file of 5 MiB."""
    opened = ReadFileSystems().open(_volume(blocks, cost))
    done = sum(len(opened.read(LARGE, at, MIB)) for at in range(0, LARGE_SIZE, MIB))
    assert done == LARGE_SIZE


def index(blocks: ImageBlocks, cost: Cost) -> None:
    """List everything."""
    opened = ReadFileSystems().open(_volume(blocks, cost))
    folders, found = ["/"], 0
    while folders:
        folder = folders.pop()
        for each in opened.entries(folder):
            found += 1
            if each.kind is FileKind.FOLDER:
                folders.append(f"{folder.rstrip('/')}/{each.name}")
    assert found > FILES


def _volume(blocks: ImageBlocks, cost: Cost) -> SnapshotVolume:
    return SnapshotVolume(blocks, "snap-bench", SIZE, SIZE // BLOCK, cost)


QUESTIONS: dict[str, Callable[[ImageBlocks, Cost], None]] = {
    "a check": check,
    "list a folder": listed,
    "a file of 5 MiB": read,
    "list all 2,200 entries": index,
    f"{CHECKS} checks": checks,
}


def measured(path: Path, question: str) -> dict[str, float]:
    """What a question takes: calls, blocks, seconds of the processor, dollars, and the peak of memory."""
    blocks, cost = ImageBlocks(path), Cost()
    started = time.process_time()
    QUESTIONS[question](blocks, cost)
    return {
        "blocks": cost.blocks,
        "calls": cost.blocks + cost.listings,
        "cpu_s": round(time.process_time() - started, 2),
        "dollars": round(cost.blocks * BLOCK_DOLLARS + cost.listings * LISTING_DOLLARS, 6),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def fill(top: Path) -> None:
    """Write what an installation of WordPress looks like: many small files, and one of 5 MiB."""
    dice = random.Random(20)
    for number in range(FOLDERS):
        (top / "uploads" / f"folder-{number}").mkdir(parents=True)
    for number in range(FILES):
        folder = top / "uploads" / f"folder-{number % FOLDERS}"
        (folder / f"file-{number}.php").write_bytes(dice.randbytes(dice.choice((200, 3_000, 40_000))))
    large = top / LARGE.lstrip("/")
    large.write_bytes(dice.randbytes(LARGE_SIZE))
    os.sync()
    for number in range(200):
        (top / f"late-{number}").write_bytes(b"late")
    with large.open("rb") as file:
        os.fsync(file.fileno())


def figures() -> Iterator[Figure]:
    """Each question on an ext4 and on an xfs."""
    missing = [each for each in ("mkfs.ext4", "mkfs.xfs", "mount") if shutil.which(each) is None]
    if missing or os.geteuid():
        print(f"no figures of proof: they need root, {', '.join(missing) or 'and mounts'}", file=sys.stderr)
        return
    for kind in ("ext4", "xfs"):
        with tempfile.TemporaryDirectory() as folder:
            image = Path(folder, "image")
            make(kind, image, SIZE)
            with cut_off(image) as there:
                fill(there)
            for question in QUESTIONS:
                with get_context("spawn").Pool(1) as alone:
                    found = alone.apply(measured, (image, question))
                yield Figure(f"{kind}, {question}", found, {"peak_mib": MOST_MIB})
