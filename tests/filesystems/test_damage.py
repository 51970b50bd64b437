"""Bytes that nobody wrote are found out: nothing is guessed, and nothing but our own errors comes up.

The readers must be as safe when an attacker has made all checksums right: then only the structure protects.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from snapkeep_filesystems import checksums
from snapkeep_filesystems.errors import Damaged, UnreadableError
from snapkeep_filesystems.ext4 import inodes, journal
from snapkeep_filesystems.ext4 import replay as ext4_replay
from snapkeep_filesystems.ext4 import superblock as ext4_superblock
from snapkeep_filesystems.opening import open_file_system
from snapkeep_filesystems.volume import Volume
from tests.filesystems.changed import Changed, Watched
from tests.filesystems.forging import forged_checksums
from tests.filesystems.images import WORKS, unpack
from tests.filesystems.reading import ImageFile

ROUNDS = int(os.environ.get("SNAPKEEP_DAMAGED_IMAGES", "3"))
"""How many damaged volumes of each kind are read."""


@pytest.fixture(params=["checksums", "forged checksums"])
def forged(request: pytest.FixtureRequest) -> Iterator[bool]:
    is_forged = request.param == "forged checksums"
    with forged_checksums(is_forged):
        yield is_forged


@pytest.fixture(scope="module", params=sorted(WORKS))
def volume(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImageFile]:
    image, _ = unpack(request.param, tmp_path_factory.mktemp(request.param))
    found = ImageFile(image)
    yield found
    found.close()


def damaged(volume: Volume, seed: int) -> Volume:
    """The volume with one to twenty bytes changed among those that opening it reads."""
    watched = Watched(volume)
    open_file_system(watched)
    dice = random.Random(seed)
    changes = {}
    for _ in range(dice.choice((1, 2, 5, 20))):
        offset, length = dice.choice(watched.reads)
        near = dice.choice((length, min(length, 64)))
        changes[offset + dice.randrange(near)] = dice.randrange(256)
    return Changed(volume, changes)


def test_a_damaged_volume_is_read_or_refused_in_words(volume: ImageFile, forged: bool) -> None:
    seed = random.randrange(2**32)
    for number in range(ROUNDS):
        try:
            open_file_system(damaged(volume, seed + number))
        except UnreadableError as error:
            assert error.reason
        except Exception as error:
            raise AssertionError(f"the volume damaged by seed {seed + number}: {error!r}") from error


@pytest.mark.parametrize(
    ("name", "offset"), [("ext4", 1024 + 0x60), ("ext4", 1024 + 0x3FC), ("xfs", 8), ("xfs", 224)]
)
def test_a_superblock_that_was_changed_is_refused(name: str, offset: int, tmp_path: Path) -> None:
    volume = ImageFile(unpack(name, tmp_path)[0])
    (before,) = volume.read(offset, 1)
    with pytest.raises(Damaged, match="the superblock does not match its checksum"):
        open_file_system(Changed(volume, {offset: before ^ 0x80 if name == "xfs" else before ^ 0x2}))


def test_the_checksum_is_the_one_that_the_standard_tells() -> None:
    # RFC 3720, B.4
    assert checksums.finished(bytes(32)) == 0x8A9136AA
    assert checksums.finished(b"\xff" * 16, b"\xff" * 16) == 0x62A8AB43


def test_a_journal_without_checksums_that_lies_beyond_the_volume_is_not_replayed(tmp_path: Path) -> None:
    volume = ImageFile(unpack("ext3", tmp_path)[0])
    superblock = ext4_superblock.read_superblock(volume)
    logged = journal.Logged(block=1, at=volume.size, escaped=False, checksum=0)
    extents = inodes.extents_of(volume, superblock, inodes.read_inode(volume, superblock, 8))
    with pytest.raises(Damaged, match="outside of the volume"):
        ext4_replay._check(volume, superblock, journal.Journal(volume, extents, 1024), 1, logged)
