"""Which blocks are counted."""

from __future__ import annotations

import pytest

from snapkeep.domain.proof.blocks import BLOCK
from snapkeep.domain.proof.samples import LARGEST_COUNTED, MOST_RANGES, RANGE, counted, sampled
from snapkeep.domain.sizes import GIB

TIB = 1024 * GIB


@pytest.mark.parametrize("size", [BLOCK, BLOCK + 1, LARGEST_COUNTED])
def test_all_blocks_of_a_usual_volume_are_counted(size: int) -> None:
    assert counted(size) == [range(-(-size // BLOCK))]
    assert sampled(size) == 0


@pytest.mark.parametrize("size", [LARGEST_COUNTED + GIB, 3 * TIB, 16 * TIB, 64 * TIB])
def test_the_sample_of_a_large_volume_is_bounded_and_spread(size: int) -> None:
    parts = counted(size)
    assert 32 <= len(parts) <= MOST_RANGES
    assert all(0 < len(part) <= RANGE for part in parts)
    assert parts[0].start == 0 and parts[-1].stop * BLOCK > size * 0.9
    assert sampled(size) == BLOCK * sum(map(len, parts)) < 320 * GIB


def test_the_sample_of_a_volume_that_grew_begins_its_ranges_where_the_earlier_did() -> None:
    starts = {part.start for part in counted(3 * TIB)}
    assert {part.start for part in counted(6 * TIB) if part.start * BLOCK < 3 * TIB} <= starts
