"""A deletion starts as an intent; what is left on the way says what holds it."""

from __future__ import annotations

from datetime import UTC, datetime

from snapkeep.domain.deletions import Deletion, DeletionStep, Leftover


def test_a_new_deletion_is_only_intended() -> None:
    deletion = Deletion("snap-1", "myeks", "no rule keeps it", datetime(2026, 11, 24, tzinfo=UTC))
    assert deletion.step is DeletionStep.INTENDED


def test_a_leftover_names_the_object_and_what_holds_it() -> None:
    held = Leftover("VolumeSnapshot", "shop/data-1", ("example.com/a", "example.com/b"))
    assert str(held) == (
        "VolumeSnapshot shop/data-1 is still there, held by its finalizers example.com/a, example.com/b"
    )
    slow = Leftover("VolumeSnapshotContent", "snapcontent-1")
    assert str(slow) == (
        "VolumeSnapshotContent snapcontent-1 is still there although its deletion was asked for"
    )
