"""Blocks are read at a pace, by a clock that is passed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from snapkeep.domain.proof.blocks import BLOCK
from snapkeep.services.proof.paced_blocks import PacedBlocks
from snapkeep_filesystems.volume import Image
from tests.fakes.blocks import FakeBlocks


class Time:
    """A clock that only pauses and work move."""

    def __init__(self) -> None:
        self.now = datetime(2026, 12, 1, tzinfo=UTC)

    def pause(self, duration: timedelta) -> None:
        self.now += duration


def test_a_second_reads_as_many_blocks_as_the_pace_and_work_counts() -> None:
    time, snapshot = Time(), {"snap-1": Image(b"x" * BLOCK)}
    began = time.now
    blocks = PacedBlocks(FakeBlocks(snapshot), 200, lambda: time.now, time.pause)
    token = blocks.listed("snap-1", 0).tokens[0]
    for _ in range(401):
        blocks.read("snap-1", 0, token)
    assert time.now - began == timedelta(seconds=2)
    time.pause(timedelta(seconds=60))
    for _ in range(201):  # a rest saves nothing up for a burst
        blocks.read("snap-1", 0, token)
    assert time.now - began == timedelta(seconds=63)


def test_a_reader_that_is_slower_than_the_pace_never_waits() -> None:
    time, snapshot = Time(), {"snap-1": Image(b"x" * BLOCK)}
    pauses: list[timedelta] = []
    blocks = PacedBlocks(FakeBlocks(snapshot), 200, lambda: time.now, pauses.append)
    token = blocks.listed("snap-1", 0).tokens[0]
    for _ in range(10):
        blocks.read("snap-1", 0, token)
        time.pause(timedelta(milliseconds=20))
    assert pauses == []
