"""The rank of archived points, and what EC2 bills for them anyway."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from snapkeep.domain.archive.keeping import billed_anyway, ranks
from snapkeep.domain.points import PointState
from snapkeep.domain.retention.candidates import Candidate

NOW = datetime(2026, 11, 23, tzinfo=UTC)
AT_HAND = Candidate("snap-1", NOW, PointState.READY)
ARCHIVED = Candidate("snap-2", NOW, PointState.READY, archived_at=NOW - timedelta(days=60))


def test_archived_points_push_out_none_that_are_at_hand() -> None:
    assert [*ranks([ARCHIVED, AT_HAND, ARCHIVED, AT_HAND])] == [0, 0, 2, 1]


def test_the_minimum_is_billed_from_when_the_snapshot_has_surely_arrived() -> None:
    words = "EC2 bills it in the archive tier until about 2026-12-26 00:00 UTC"
    assert billed_anyway(ARCHIVED, NOW) == words
    assert billed_anyway(ARCHIVED, NOW + timedelta(days=33)) == ""
    assert billed_anyway(AT_HAND, NOW) == ""
