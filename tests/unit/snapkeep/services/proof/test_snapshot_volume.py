"""A snapshot is read like a volume, and costs only the blocks that are asked for."""

from __future__ import annotations

import pytest

from snapkeep.domain.errors import TooLarge
from snapkeep.domain.proof.blocks import BLOCK
from snapkeep.services.proof.snapshot_volume import KEPT, KEPT_PAGES, Cost, SnapshotVolume
from snapkeep_filesystems.volume import Image
from tests.fakes.blocks import FakeBlocks

NAME = "snap-1"


def volume_of(
    written: dict[int, bytes], blocks: int = 8, page: int = 1000, most: int = 100
) -> SnapshotVolume:
    data = bytearray(blocks * BLOCK)
    for index, text in written.items():
        data[index * BLOCK : index * BLOCK + len(text)] = text
    return SnapshotVolume(FakeBlocks({NAME: Image(bytes(data))}, page), NAME, blocks * BLOCK, most)


def test_bytes_are_read_across_blocks() -> None:
    volume = volume_of({1: b"a" * BLOCK, 2: b"b" * 10})
    assert volume.read(2 * BLOCK - 3, 6) == b"aaabbb"
    assert (volume.cost.listings, volume.cost.blocks) == (1, 2)


def test_what_was_never_written_reads_as_zeros_and_costs_no_block() -> None:
    volume = volume_of({1: b"a"})
    assert volume.read(3 * BLOCK + 5, BLOCK) == bytes(BLOCK)
    assert volume.cost.blocks == 0


def test_a_block_is_fetched_once() -> None:
    volume = volume_of({0: b"abc"})
    assert (volume.read(0, 1), volume.read(1, 1), volume.cost.blocks) == (b"a", b"b", 1)


def test_only_some_blocks_stay_in_memory() -> None:
    volume = volume_of(dict.fromkeys(range(KEPT + 1), b"x"), KEPT + 1, most=1000)
    for index in (*range(KEPT + 1), 0):
        volume.read(index * BLOCK, 1)
    assert volume.cost.blocks == KEPT + 2


def test_reading_ends_at_the_end_of_the_volume() -> None:
    volume = volume_of({7: b"a" * BLOCK})
    assert volume.read(8 * BLOCK - 2, 100) == b"aa"
    assert volume.read(8 * BLOCK, 1) == b""


def test_blocks_are_listed_where_they_are_needed() -> None:
    volume = volume_of({0: b"a", 2: b"c", 4: b"e", 6: b"g"}, page=1)
    assert volume.read(4 * BLOCK, 1) == b"e"
    assert volume.read(5 * BLOCK, 1) == b"\0"
    assert volume.read(0, 1) == b"a"
    assert volume.cost.listings == 3


def test_what_was_written_is_counted_over_all_pages() -> None:
    assert volume_of({0: b"a", 2: b"c", 7: b"h"}, page=1).written() == 3 * BLOCK


def test_what_was_read_before_is_not_counted_twice() -> None:
    volume = volume_of(dict.fromkeys(range(8), b"x"), page=3)
    volume.read(4 * BLOCK, 1)
    assert volume.written() == 8 * BLOCK
    assert volume.written([range(1, 3), range(6, 7)]) == 3 * BLOCK


def test_only_some_pages_stay_in_memory() -> None:
    count = 3 * KEPT_PAGES
    volume = volume_of(dict.fromkeys(range(count), b"x"), count, page=1)
    for index in (*range(count), count - KEPT_PAGES, 0):
        volume.read(index * BLOCK, 1)
    assert volume.cost.listings == count + 1


def test_an_expired_token_is_renewed() -> None:
    volume = volume_of({0: b"a", 1: b"b"})
    volume.read(0, 1)
    assert isinstance(volume.blocks, FakeBlocks)
    volume.blocks.week += 1
    assert volume.read(BLOCK, 1) == b"b"


def test_what_other_volumes_cost_takes_nothing_from_a_budget() -> None:
    cost = Cost(listings=10, blocks=1000)
    blocks = FakeBlocks({NAME: Image(b"x" * BLOCK)})
    assert SnapshotVolume(blocks, NAME, BLOCK, 1, cost).read(0, 1) == b"x"
    assert cost.blocks == 1001


def test_a_budget_ends_the_reading() -> None:
    volume = volume_of(dict.fromkeys(range(4), b"x"), most=3)
    with pytest.raises(TooLarge, match=r"snap-1: more than 3 blocks of 512 KiB are needed"):
        volume.read(0, 4 * BLOCK)
