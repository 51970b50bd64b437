"""A deletion starts as an intent; what is left on the way says what holds it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from snapkeep.domain.errors import PermanentError
from snapkeep.domain.retention.deletion.deletions import (
    RETAIN,
    Deletion,
    DeletionStep,
    Leftover,
    refuse_unless_retained,
)


def test_a_new_deletion_is_only_intended() -> None:
    deletion = Deletion("snap-1", "myeks", "no rule keeps it", datetime(2026, 11, 24, tzinfo=UTC))
    assert deletion.step is DeletionStep.INTENDED


def test_a_leftover_names_the_object_and_what_holds_it() -> None:
    held = Leftover("VolumeSnapshot", "shop/data-1", ("example.com/a", "example.com/b"))
    assert str(held) == (
        "VolumeSnapshot shop/data-1 still exists, held by its finalizers example.com/a, example.com/b"
    )
    slow = Leftover("VolumeSnapshotContent", "snapcontent-1")
    assert str(slow) == (
        "VolumeSnapshotContent snapcontent-1 still exists although its deletion was requested"
    )


def test_a_content_that_retains_refuses_nothing() -> None:
    refuse_unless_retained("snapcontent-1", RETAIN, "snap-1", "it")


@pytest.mark.parametrize("policy", ["Delete", "", "retain"])
def test_any_other_policy_is_refused_with_what_would_be_lost_and_how_to_mend_it(policy: str) -> None:
    with pytest.raises(PermanentError) as refused:
        refuse_unless_retained("snapcontent-1", policy, "snap-1", "VolumeSnapshot shop/data-1")
    reason = refused.value.reason
    assert f"VolumeSnapshotContent snapcontent-1 has deletionPolicy {policy!r}" in reason
    assert "deleting VolumeSnapshot shop/data-1 would also delete EBS snapshot snap-1" in reason
    patch = """--type merge -p '{"spec":{"deletionPolicy":"Retain"}}'"""
    assert f"`kubectl patch volumesnapshotcontent snapcontent-1 {patch}`" in reason


def test_a_content_without_a_snapshot_yet_is_refused_as_well() -> None:
    with pytest.raises(PermanentError, match="the EBS snapshot taken for it"):
        refuse_unless_retained("snapcontent-1", "Delete", "", "it")
