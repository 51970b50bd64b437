"""A deletion starts as an intent."""

from __future__ import annotations

from datetime import UTC, datetime

from snapkeep.domain.deletions import Deletion, DeletionStep


def test_a_new_deletion_is_only_intended() -> None:
    deletion = Deletion("snap-1", "myeks", "no rule keeps it", datetime(2026, 11, 24, tzinfo=UTC))
    assert deletion.step is DeletionStep.INTENDED
