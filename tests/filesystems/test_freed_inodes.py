"""Blocks of inodes that were freed and hold a file by now: the log must not write old inodes over it.

The volume is one of 300 that random work left like this (`tests/filesystems/test_crashes.py`, kind `xfs with
reverse maps`), so `images.py` cannot make it again.
"""

from __future__ import annotations

from pathlib import Path

from snapkeep_filesystems.files import Files
from snapkeep_filesystems.opening import open_file_system
from tests.filesystems.images import unpack
from tests.filesystems.reading import ImageFile, differences, entries


def test_a_file_in_blocks_that_were_inodes_is_as_the_kernel_recovers_it(tmp_path: Path) -> None:
    image, true = unpack("xfs-freed-inodes", tmp_path)
    volume = ImageFile(image)

    opened = open_file_system(volume)

    assert opened.transactions == 28
    assert differences(true, entries(Files(opened))) == []
    volume.close()
