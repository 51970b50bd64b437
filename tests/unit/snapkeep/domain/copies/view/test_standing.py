"""How a claim stands in a place: on time, late, not copied, or given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from snapkeep.domain.copies.kms_keys import cannot_be_shared
from snapkeep.domain.copies.rules import Every, Period
from snapkeep.domain.copies.view.standing import (
    CopiedTo,
    History,
    PlaceHolds,
    PlaceStands,
    Standing,
    by_place,
    copied_to,
)
from snapkeep.domain.troubles import Trouble

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SLOT, WEEK = Every(), Every(Period.WEEK)


def stands(
    *points: timedelta,
    last: timedelta | None = None,
    every: Every = SLOT,
    trouble: str = "",
    late: Trouble | None = None,
) -> CopiedTo:
    """How a claim stands now with points, and its newest copy, of these ages."""
    times = [NOW - age for age in points]
    known = History(times, NOW - last if last else None, trouble, late)
    return copied_to("osaka", "nightly", every, known, NOW)


def found(ago: timedelta, reason: str = "it waits", told: timedelta | None = None) -> Trouble:
    """What the journal remembers of a late claim since then."""
    return Trouble("shop/data (nightly)", reason, NOW - ago, NOW - told if told else None)


@pytest.mark.parametrize(
    ("points", "last", "every", "standing"),
    [
        ((HOUR,), HOUR, SLOT, Standing.ON_TIME),
        ((HOUR, 25 * HOUR), 25 * HOUR, SLOT, Standing.ON_TIME),
        ((HOUR, 25 * HOUR, 49 * HOUR), 49 * HOUR, SLOT, Standing.LATE),
        ((HOUR, 25 * HOUR, 3 * DAY, 9 * DAY), 9 * DAY, SLOT, Standing.LATE),
        ((HOUR, 25 * HOUR, 3 * DAY), 4 * DAY, WEEK, Standing.ON_TIME),
        ((HOUR, 30 * HOUR, 9 * DAY), 9 * DAY, WEEK, Standing.LATE),
        ((30 * HOUR, 31 * HOUR), 32 * HOUR, Every(number=3), Standing.ON_TIME),
        ((30 * HOUR, 31 * HOUR, 31 * HOUR, 32 * HOUR), 32 * HOUR, Every(number=3), Standing.LATE),
        ((9 * DAY,), 9 * DAY, SLOT, Standing.ON_TIME),
    ],
)
def test_a_copy_is_late_when_the_next_was_due_a_day_ago(
    points: tuple[timedelta, ...], last: timedelta, every: Every, standing: Standing
) -> None:
    stood = stands(*points, last=last, every=every)
    assert (stood.standing, stood.is_late) == (standing, standing is Standing.LATE)
    assert stood.taken == NOW - last


def test_a_claim_without_a_copy_is_late_after_a_day() -> None:
    assert (stands().standing, stands().is_late) == (Standing.NOT_COPIED, False)
    assert "no point yet" in stands().reason
    assert not stands(HOUR).is_late
    late = stands(HOUR, 25 * HOUR)
    assert (late.standing, late.is_late) == (Standing.NOT_COPIED, True)
    assert "its oldest point was taken 2026-11-23 11:00 UTC" in late.reason


def test_a_copy_that_was_given_up_needs_somebody_at_once() -> None:
    for each in (stands(HOUR, trouble="KMS"), stands(HOUR, last=25 * HOUR, trouble="KMS")):
        assert (each.standing, each.is_late) == (Standing.FAILED, True)
        assert "KMS" in each.reason


def test_a_new_place_is_not_late_before_people_are_told() -> None:
    assert stands(9 * DAY).is_late
    assert not stands(9 * DAY, late=found(HOUR)).is_late
    assert stands(9 * DAY, late=found(25 * HOUR)).is_late
    assert stands(9 * DAY, late=found(HOUR, told=HOUR)).is_late


def test_a_copy_is_late_although_the_points_that_were_due_are_pruned() -> None:
    assert stands(HOUR, last=40 * HOUR).standing is Standing.ON_TIME
    assert stands(HOUR, last=49 * HOUR).standing is Standing.LATE
    assert stands(HOUR, last=49 * HOUR, late=found(2 * HOUR)).standing is Standing.ON_TIME


def test_what_is_remembered_of_a_claim_that_is_copied_by_now_no_longer_counts() -> None:
    assert stands(HOUR, last=HOUR, late=found(2 * DAY, told=DAY)).standing is Standing.ON_TIME


def test_a_claim_whose_key_cannot_be_shared_says_so_with_the_fix() -> None:
    reason = cannot_be_shared("arn:aws:kms:eu-west-1:111122223333:key/1")
    for last in (None, 30 * HOUR):
        stood = stands(HOUR, last=last, late=found(HOUR, reason, told=HOUR))
        assert (stood.standing, stood.is_late, stood.reason) == (Standing.CANNOT_BE_COPIED, True, reason)


def test_a_place_is_summed_up_by_what_stands_there_and_its_oldest_newest_copy() -> None:
    copies = [stands(HOUR, last=HOUR), stands(HOUR, last=9 * HOUR, trouble="KMS"), stands(HOUR)]
    counts = {Standing.ON_TIME: 1, Standing.FAILED: 1, Standing.NOT_COPIED: 1}
    named = [("shop/a", copies[0]), ("shop/b", copies[1]), ("shop/c", copies[2])]
    osaka = PlaceHolds("osaka", "ap-northeast-3", "", copies=2)
    late = (("shop/b", copies[1]),)
    assert by_place(named, [osaka]) == (PlaceStands(osaka, counts, NOW - 9 * HOUR, late),)
    assert by_place([("shop/c", copies[2])], [osaka])[0].oldest is None


def test_a_place_that_is_empty_and_promises_nothing_is_left_out() -> None:
    empty, retired = PlaceHolds("new", "eu-west-1", ""), PlaceHolds("old", "eu-west-3", "", copies=3)
    assert by_place([], [empty, retired]) == (PlaceStands(retired, {}, None),)
