"""Reads volumes in which bytes were flipped, in a process of its own: a library that crashes ends only that.

`python -m tests.filesystems.flipping IMAGE SEED COUNT` reads the volumes SEED to SEED + COUNT of an image,
and prints as JSON what became of them. Those with odd seeds have changes anywhere, also in logs and files,
and all checksums are taken for right, as if an attacker had computed them. The others have changes in what
checksums protect: inodes, folders, and what leads there. The last seed in its errors is that of the volume
which ended the process.
"""

from __future__ import annotations

import faulthandler
import hashlib
import json
import random
import resource
import signal
import sys
import tempfile
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from snapkeep_filesystems.contents import MARKED, Contents, contents_of
from snapkeep_filesystems.errors import UnreadableError
from snapkeep_filesystems.ext4.inodes import extents_of, read_inode
from snapkeep_filesystems.ext4.superblock import read_superblock as read_ext4
from snapkeep_filesystems.files import Entry, Files, Kind
from snapkeep_filesystems.opening import open_file_system
from snapkeep_filesystems.volume import Volume
from snapkeep_filesystems.xfs.superblock import read_superblock as read_xfs
from tests.filesystems.changed import Watched
from tests.filesystems.forging import forged_checksums
from tests.filesystems.images import unpack
from tests.filesystems.reading import ImageFile

MOST_ENTRIES, DEEPEST, MOST_READ = 5_000, 40, 64 * 2**20
"""What a walk reads of a volume, whose folders may lead in circles; bytes at the end."""
PORTION = 2**20
HANGS = 60
"""Seconds of the processor after which a volume is taken to hang: other work beside it must not count."""
MOST_MEMORY = 2**30
"""Bytes of the address space; allocations beyond fail."""

NUMBERS = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\1\0\0\0", b"\0\0\0\1")
"""Numbers that readers trip over, in either order of bytes."""


class Flipped:
    """A volume some of whose bytes (by offset) are others. It costs as much as it has changes."""

    def __init__(self, volume: Volume, changes: Mapping[int, int]) -> None:
        self._volume, self._changes = volume, changes
        self._at = sorted(changes)
        self.size = volume.size

    def read(self, offset: int, length: int) -> bytes:
        """The bytes from `offset` on."""
        found = self._volume.read(offset, length)
        first, end = bisect_left(self._at, offset), bisect_left(self._at, offset + len(found))
        if first == end:
            return found
        changed = bytearray(found)
        for at in self._at[first:end]:
            changed[at - offset] = self._changes[at]
        return bytes(changed)


def flipped(volume: Volume, reads: Sequence[tuple[int, int]], seed: int) -> Flipped:
    """The volume with one to twenty changes in what is read: bits, bytes, and numbers of 32 bits."""
    dice = random.Random(seed)
    changes: dict[int, int] = {}
    for _ in range(dice.choice((1, 1, 2, 5, 20))):
        offset, length = dice.choice(reads)
        at = offset + dice.randrange(dice.choice((length, min(length, 64), min(length, 256))))
        match dice.randrange(3):
            case 0:
                changes[at] = volume.read(at, 1)[0] ^ 1 << dice.randrange(8)
            case 1:
                changes[at] = dice.randrange(256)
            case _:
                changes.update(enumerate(dice.choice(NUMBERS), at & ~3))
    return Flipped(volume, changes)


def everything(volume: Volume, contents: bool = True) -> dict[str, tuple[str | int, ...]]:
    """What a volume holds, by path, as far as a walk goes; without `contents`, files by their sizes.

    Raises UnreadableError, and FileNotFoundError for a name that is listed and not found.
    """
    files = Files(open_file_system(volume))
    found: dict[str, tuple[str | int, ...]] = {}
    folders, left = [("", 0)], MOST_READ
    while folders:
        folder, depth = folders.pop()
        for each in files.entries(folder):
            path = f"{folder}/{each.name}"
            if len(found) >= MOST_ENTRIES:
                return found
            if each.kind is Kind.FOLDER and depth < DEEPEST:
                folders.append((path, depth + 1))
            found[path] = _content(files, path, each, left) if contents else (each.kind.value, each.size)
            left -= each.size if each.kind is Kind.FILE else 0
    return found


def _content(files: Files, path: str, entry: Entry, most: int) -> tuple[str | int, ...]:
    if entry.kind is Kind.LINK:
        return "link", files.target(path)
    if entry.kind is not Kind.FILE:
        return (entry.kind.value,)
    done = hashlib.sha256()
    for part in _parts(files, path, min(entry.size, max(0, most))):
        done.update(part)
    return "file", entry.size, done.hexdigest()


def _parts(files: Files, path: str, size: int) -> Iterator[bytes]:
    for offset in range(0, size, PORTION):
        yield files.read(path, offset, min(PORTION, size - offset))


def outcome(volume: Volume, true: Mapping[str, object]) -> str:
    """What became of reading a volume, in a word; the name of an error that should not have come up.

    Who reads a volume whose log could not be replayed is told that its newest changes are not visible.
    """
    try:
        found = everything(volume)
    except (UnreadableError, FileNotFoundError):
        return "refused"
    except Exception as error:
        return repr(error)
    if found == true:
        return "as before"
    return "log unread" if open_file_system(volume).log_trouble else "other"


def protected(volume: Volume) -> list[tuple[int, int]]:
    """What a walk reads (offset and length) besides the log and the contents of files and links."""
    watched = Watched(volume)
    everything(watched, contents=False)
    logs = _logs(volume)
    return [
        (offset, length)
        for offset, length in watched.reads
        if not any(start < offset + length and offset < end for start, end in logs)
        and (offset, length) != (0, MARKED)
    ]


def _logs(volume: Volume) -> list[tuple[int, int]]:
    """Where the log is: first bytes and ends."""
    if contents_of(volume) is Contents.XFS:
        xfs = read_xfs(volume)
        return [(xfs.log_at, xfs.log_at + xfs.log_size)]
    ext4 = read_ext4(volume)
    extents = extents_of(volume, ext4, read_inode(volume, ext4, ext4.journal_inode))
    size = ext4.block_size
    return [(each.physical * size, (each.physical + each.count) * size) for each in extents]


def run(name: str, first: int, count: int) -> dict[str, object]:
    """The outcomes of that many volumes, of even seeds and of odd ones, their seconds of the processor, and
    the peak of memory."""
    with tempfile.TemporaryDirectory() as folder:
        volume = ImageFile(unpack(name, Path(folder))[0])
    watched = Watched(volume)
    true = everything(watched)
    places = (protected(volume), watched.reads)
    outcomes, slowest, started = (Counter[str](), Counter[str]()), 0.0, time.process_time()
    for seed in range(first, first + count):
        print(seed, file=sys.stderr, flush=True)
        signal.setitimer(signal.ITIMER_PROF, HANGS)
        before, is_odd = time.process_time(), seed % 2
        with forged_checksums(is_odd == 1):
            outcomes[is_odd][outcome(flipped(volume, places[is_odd], seed), true)] += 1
        slowest = max(slowest, time.process_time() - before)
    signal.setitimer(signal.ITIMER_PROF, 0)
    return {
        "protected": dict(outcomes[0]),
        "forged": dict(outcomes[1]),
        "cpu_s": round(time.process_time() - started, 1),
        "slowest_s": round(slowest, 2),
        "peak_mib": _peak_mib(),
    }


def _peak_mib() -> int:
    """The most memory that the process ever had; rusage would also count what its parent had when it forked.

    https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
    """
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    raise AssertionError("/proc/self/status has no VmHWM")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    faulthandler.enable()
    faulthandler.register(signal.SIGPROF, chain=True)  # and then the process ends
    print(json.dumps(run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
