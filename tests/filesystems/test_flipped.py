"""Hundreds of volumes with flipped bytes end in our words, in bounded time and memory, and crash nothing.

Where checksums protect, no file is ever shown as another one.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable

import pytest

pytestmark = pytest.mark.slow

IMAGES = int(os.environ.get("SNAPKEEP_FLIPPED_IMAGES", "250"))
"""How many volumes of each image are read: 500 of ext4 and 500 of xfs."""
OURS = {"as before", "log unread", "other", "refused"}
"""An ext3 has no checksums, so that it may show other files."""
MOST_MIB = 256
SLOWEST = 30
"""Seconds of the processor for one volume. It usually takes 0.02, and up to 13 where forged folders lead in
circles: the walk then looks up thousands of paths."""


@pytest.mark.parametrize("name", ["ext3", "ext4", "ext4-unmounted", "xfs", "xfs-unmounted"])
def test_flipped_bytes_end_in_our_words(name: str, record_property: Callable[[str, object], None]) -> None:
    seed = random.randrange(2**32)
    command = [sys.executable, "-m", "tests.filesystems.flipping", name, str(seed), str(IMAGES)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(f"{name}, {IMAGES} volumes from seed {seed} on: {done.stdout}")
    assert done.returncode == 0, (
        f"ended with {done.returncode} at the last of these seeds: {done.stderr[-1500:]}"
    )
    found = json.loads(done.stdout)
    record_property("flipped volumes", IMAGES)
    assert sum(found["protected"].values()) + sum(found["forged"].values()) == IMAGES
    assert set(found["protected"]) <= (OURS if name == "ext3" else OURS - {"other"}), (
        f"from seed {seed} on: {found}"
    )
    assert set(found["forged"]) <= OURS, f"from seed {seed} on: {found}"
    assert found["peak_mib"] <= MOST_MIB, f"from seed {seed} on: {found}"
    assert found["slowest_s"] <= SLOWEST, f"from seed {seed} on: {found}"
