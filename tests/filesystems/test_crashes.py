"""Fresh volumes, cut off at random moments, show what the kernel's own recovery shows."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.lab.volumes.kernel import mounted
from snapkeep_filesystems.contents import Contents
from snapkeep_filesystems.ext4 import superblock as ext4
from snapkeep_filesystems.file_system import FileSystem
from snapkeep_filesystems.files import Files
from snapkeep_filesystems.opening import open_file_system
from snapkeep_filesystems.xfs import superblock as xfs
from tests.filesystems.crashes import Work, crash
from tests.filesystems.reading import ImageFile, differences, entries

pytestmark = pytest.mark.slow

EACH = int(os.environ.get("SNAPKEEP_CRASHES", "4"))
"""How many volumes of each kind are made."""

KINDS = {
    "ext4": Work("ext4", 0, 3000),
    "ext4 with a journal that wraps": Work("ext4", 0, 6000, options=("-J", "size=4")),
    "ext4 with small blocks": Work("ext4", 0, 2000, 512, ("-b", "1024")),
    "xfs": Work("xfs", 0, 3000),
    "xfs with a log that wraps": Work("xfs", 0, 9000, 200, sizes=(0, 10, 100, 5000)),
    "xfs with reverse maps": Work("xfs", 0, 2000, options=("-m", "rmapbt=1", "-i", "nrext64=1")),
}


@pytest.fixture(autouse=True)
def able() -> None:
    """A machine must be able to mount what it made; in CI it always is."""
    missing = [each for each in ("mkfs.ext4", "mkfs.xfs", "mount") if shutil.which(each) is None]
    missing += ["root"] if os.geteuid() else []
    if missing and os.environ.get("CI") != "true":
        pytest.skip(f"needs {', '.join(missing)}")
    assert not missing


def assert_free_as_after_a_clean_unmount(image: Path, seen: FileSystem) -> None:
    """Only then the superblock counts. The kernel also frees what the log of an xfs intends to."""
    with mounted(image):
        pass
    volume = ImageFile(image)
    read = ext4.read_superblock if seen.contents is Contents.EXT4 else xfs.read_superblock
    true = read(volume)
    volume.close()
    assert seen.size == true.size
    assert seen.free == pytest.approx(true.free_blocks * true.block_size, abs=seen.size / 100)


@pytest.mark.parametrize("kind", KINDS)
def test_everything_is_as_the_kernel_recovers_it(
    kind: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    work = KINDS[kind]
    for _ in range(EACH):
        seed = random.randrange(2**32)
        image, true = crash(replace(work, seed=seed), tmp_path)
        volume = ImageFile(image)
        opened = open_file_system(volume)
        found = entries(Files(opened))
        print(f"{kind}, seed {seed}: {opened.transactions} transactions, {len(true)} entries")
        assert (opened.log_trouble, differences(true, found)) == ("", []), f"seed {seed}"
        assert_free_as_after_a_clean_unmount(image, opened)
        volume.close()
        image.unlink()
    record_property("crashed volumes", EACH)
