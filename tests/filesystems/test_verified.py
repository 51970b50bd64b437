"""Folders, maps and inodes that do not match their checksums are refused, which the libraries do not do."""

from __future__ import annotations

from pathlib import Path

import pytest

from snapkeep_filesystems.errors import Damaged
from snapkeep_filesystems.files import Files
from snapkeep_filesystems.opening import open_file_system
from tests.filesystems.flipping import Flipped, everything, protected
from tests.filesystems.images import unpack
from tests.filesystems.reading import ImageFile


@pytest.mark.parametrize(
    ("name", "mark", "said"),
    [
        ("xfs-unmounted", b"XDB3", "a block of a folder at byte"),
        ("xfs-unmounted", b"IN", "an inode at byte"),
        ("ext4-unmounted", b"", "inode"),
        ("ext4-unmounted", b"", "a folder's block"),
    ],
)
def test_one_bit_is_found_out(name: str, mark: bytes, said: str, tmp_path: Path) -> None:
    volume = ImageFile(unpack(name, tmp_path)[0])
    before = everything(volume, contents=False)
    places = [(at, size) for at, size in protected(volume) if volume.read(at, len(mark)) == mark]
    refused = []
    for at, size in places[:: max(1, len(places) // 40)]:
        (byte,) = volume.read(at + size // 2, 1)
        try:
            found = everything(Flipped(volume, {at + size // 2: byte ^ 1}), contents=False)
        except Damaged as error:
            refused.append(error.reason)
        else:
            assert found == before
    assert any(said in reason and "does not match its checksum" in reason for reason in refused)


def test_contents_of_files_are_taken_for_no_inode(tmp_path: Path) -> None:
    image, true = unpack("xfs", tmp_path)
    path = next(path for path, entry in true.items() if entry[0] == "file" and int(entry[1]) >= 5000)
    volume = ImageFile(image)
    files = Files(open_file_system(volume))
    at = _place(volume, files.read(path, 0, 100))
    written = Flipped(volume, dict(enumerate(b"IN\x81\xa4\x03", at)))
    assert Files(open_file_system(written)).read(path, 0, 5) == b"IN\x81\xa4\x03"


def _place(volume: ImageFile, start: bytes) -> int:
    """Where on a volume a file with this start begins."""
    return next(at for at in range(0, volume.size, 4096) if volume.read(at, len(start)) == start)
