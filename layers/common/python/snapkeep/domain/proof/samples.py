"""Which blocks of a volume are counted: all, or of a large one a sample spread over it."""

from __future__ import annotations

from collections.abc import Sequence

from snapkeep.domain.proof.blocks import BLOCK
from snapkeep.domain.sizes import GIB

LARGEST_COUNTED = 2048 * GIB
"""Bytes of a volume of which all blocks are listed: about 420 calls. Larger ones would take minutes each."""

RANGE = 10_000
"""Blocks of a range of the sample, 4.9 GiB: what one call lists at most."""

STRIDE = 128 * 1024
"""Blocks from the start of a range to that of the next, 64 GiB: twice that, and so on, for larger volumes."""

MOST_RANGES = 64


def counted(size: int) -> Sequence[range]:
    """The blocks of a volume of `size` bytes that are counted, ascending.

    The sample of a volume that grew is the same or a part of it, so both can be compared range by range.
    """
    blocks = -(-size // BLOCK)
    if size <= LARGEST_COUNTED:
        return [range(blocks)]
    stride = STRIDE
    while blocks > stride * MOST_RANGES:
        stride *= 2
    return [range(start, min(start + RANGE, blocks)) for start in range(0, blocks, stride)]


def sampled(size: int) -> int:
    """The bytes of the sample of a volume; 0 if all of its blocks are counted."""
    return BLOCK * sum(map(len, counted(size))) if size > LARGEST_COUNTED else 0
