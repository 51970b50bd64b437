"""How a claim stands in a place: on time, late, not copied, or given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from snapkeep.domain.copies.rules import Every, Period
from snapkeep.domain.copies.view.standing import CopiedTo, PlaceStands, Standing, by_place, copied_to

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SLOT, WEEK = Every(), Every(Period.WEEK)


def stands(
    *points: timedelta, last: timedelta | None = None, every: Every = SLOT, trouble: str = ""
) -> CopiedTo:
    """How a claim stands now with points, and its newest copy, of these ages."""
    times = [NOW - age for age in points]
    return copied_to("osaka", "nightly", every, times, NOW - last if last else None, trouble, NOW)


@pytest.mark.parametrize(
    ("points", "last", "every", "standing"),
    [
        ((HOUR,), HOUR, SLOT, Standing.ON_TIME),
        ((HOUR, 25 * HOUR), 25 * HOUR, SLOT, Standing.ON_TIME),
        ((HOUR, 25 * HOUR, 49 * HOUR), 49 * HOUR, SLOT, Standing.LATE),
        ((HOUR, 25 * HOUR, 3 * DAY, 9 * DAY), 9 * DAY, SLOT, Standing.LATE),
        ((HOUR, 25 * HOUR, 3 * DAY), 4 * DAY, WEEK, Standing.ON_TIME),
        ((HOUR, 30 * HOUR), 9 * DAY, WEEK, Standing.LATE),
        ((30 * HOUR, 31 * HOUR), 32 * HOUR, Every(number=3), Standing.ON_TIME),
        ((30 * HOUR, 31 * HOUR, 31 * HOUR), 32 * HOUR, Every(number=3), Standing.LATE),
        ((9 * DAY,), 9 * DAY, SLOT, Standing.ON_TIME),
    ],
)
def test_a_copy_is_late_when_the_next_was_due_a_day_ago(
    points: tuple[timedelta, ...], last: timedelta, every: Every, standing: Standing
) -> None:
    found = stands(*points, last=last, every=every)
    assert (found.standing, found.is_late) == (standing, standing is Standing.LATE)
    assert found.taken == NOW - last


def test_a_claim_without_a_copy_is_late_after_a_day() -> None:
    assert (stands().standing, stands().is_late) == (Standing.NOT_COPIED, False)
    assert "no point yet" in stands().reason
    assert not stands(HOUR).is_late
    late = stands(HOUR, 25 * HOUR)
    assert (late.standing, late.is_late) == (Standing.NOT_COPIED, True)
    assert "its oldest point was taken 2026-11-23 11:00 UTC" in late.reason


def test_a_copy_that_was_given_up_needs_somebody_at_once() -> None:
    for found in (stands(HOUR, trouble="KMS"), stands(HOUR, last=25 * HOUR, trouble="KMS")):
        assert (found.standing, found.is_late) == (Standing.FAILED, True)
        assert "KMS" in found.reason


def test_a_place_is_summed_up_by_what_stands_there_and_its_oldest_newest_copy() -> None:
    copies = [stands(HOUR, last=HOUR), stands(HOUR, last=9 * HOUR, trouble="KMS"), stands(HOUR)]
    counts = {Standing.ON_TIME: 1, Standing.FAILED: 1, Standing.NOT_COPIED: 1}
    assert by_place(copies) == (PlaceStands("osaka", counts, NOW - 9 * HOUR),)
    assert by_place([stands(HOUR)])[0].oldest is None
    assert by_place([]) == ()
