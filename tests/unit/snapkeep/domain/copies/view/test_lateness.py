"""When a claim is behind in a place, and since when it is watched; how it then stands is in test_standing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from snapkeep.domain.copies.rules import Every, Period
from snapkeep.domain.copies.view.lateness import LATE_AFTER, behind, first_due, is_late

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_a_claim_without_points_or_with_its_newest_point_copied_is_not_behind() -> None:
    assert behind([], None, Every()) is None
    assert behind([NOW], NOW, Every()) is None
    assert behind([NOW - HOUR], NOW - DAY, Every(Period.DAY)) is None


def test_what_was_due_is_certain_only_while_the_copied_point_is_there() -> None:
    sure = behind([NOW - DAY, NOW - 20 * HOUR], NOW - DAY, Every())
    guess = behind([NOW - 20 * HOUR], NOW - DAY, Every())

    assert sure and sure.is_certain and sure.watched_from == NOW - 20 * HOUR + LATE_AFTER
    assert guess and not guess.is_certain and guess.watched_from == NOW - DAY + LATE_AFTER


def test_a_certain_one_is_late_at_once_a_guess_after_another_day() -> None:
    sure = behind([NOW - 3 * DAY, NOW - 2 * DAY], NOW - 3 * DAY, Every())
    guess = behind([NOW - HOUR], NOW - 2 * DAY, Every())

    assert sure and is_late(sure, None, NOW - DAY + HOUR) and not is_late(sure, None, NOW - DAY)
    assert guess and is_late(guess, None, NOW) and not is_late(guess, None, NOW - HOUR)


def test_the_first_point_that_is_due_follows_the_period_of_the_rule() -> None:
    points = [NOW - 2 * HOUR, NOW - HOUR, NOW]

    assert first_due(points, NOW - 2 * HOUR, Every()) == NOW - HOUR
    assert first_due(points, NOW - 2 * HOUR, Every(number=2)) == NOW
    assert first_due(points, NOW - 25 * HOUR, Every(Period.DAY)) == NOW
