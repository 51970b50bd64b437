"""What counts for retention, and what forbids deleting a point."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from snapkeep.domain.points import PointState
from snapkeep.domain.retention.candidates import (
    Protection,
    archived,
    backs_image,
    held,
    in_recycle_bin,
    locked,
)
from tests.unit.snapkeep.domain.retention.retention_stories import NOW, READY, point, utc


@pytest.mark.parametrize("state", [state for state in PointState if state is not READY])
def test_only_ready_points_count(state: PointState) -> None:
    assert point("11-22").counts(NOW)
    assert not point("11-22", state).counts(NOW)


def test_a_point_of_this_moment_counts_and_one_of_the_next_does_not() -> None:
    assert point("11-23 06:00").counts(NOW)
    assert not point("11-23 06:01").counts(NOW)


def test_held_and_locked_points_count_but_not_what_must_be_fetched_first() -> None:
    assert point("11-22", READY, held("restore op-1"), locked("governance", None)).counts(NOW)
    assert not point("11-22", READY, archived(None)).counts(NOW)
    assert not point("11-22", READY, held("restore op-1"), in_recycle_bin(None)).counts(NOW)


@pytest.mark.parametrize(
    ("protection", "words"),
    [
        (held("restore op-1"), "held by restore op-1"),
        (held("alice", utc("12-24 12:00")), "held by alice until 2026-12-24 12:00 UTC"),
        (locked("compliance", utc("2027-01-31")), "locked (compliance) until 2027-01-31 00:00 UTC"),
        (locked("governance", None), "locked (governance), no date known"),
        (backs_image("ami-0123"), "used by AMI ami-0123: deregister it first"),
        (
            archived(utc("11-01")),
            "in the archive tier since 2026-11-01 00:00 UTC, billed until 2027-01-30 00:00 UTC at least",
        ),
        (archived(None), "in the archive tier"),
        (in_recycle_bin(utc("11-30 06:00")), "in the Recycle Bin until 2026-11-30 06:00 UTC"),
    ],
)
def test_a_protection_says_what_and_until_when(protection: Protection, words: str) -> None:
    assert protection.reason == words


def test_an_archived_point_whose_tag_names_the_last_year_is_billed_until_the_end_of_time() -> None:
    edited = replace(point("11-22"), archived_at=datetime(9999, 12, 31, 23, 59, tzinfo=UTC))

    assert edited.billed_until == datetime.max.replace(tzinfo=UTC)
