"""Retentions in plain words, compared with what the planner does."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest

from snapkeep.domain.points import PointState
from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.plan import plan
from snapkeep.domain.retention.rules import parse_retention
from snapkeep.domain.retention.words import in_words, whole_for
from tests.unit.snapkeep.domain.retention.retention_stories import NOW

SIX_HOURS, DAY, WEEK = timedelta(hours=6), timedelta(days=1), timedelta(days=7)


@pytest.mark.parametrize(
    ("block", "every", "words"),
    [
        (
            {"last": 28, "daily": 14, "weekly": 8, "monthly": 12},
            SIX_HOURS,
            "keep 28 six-hourly points, then 7 dailies, then 6 weeklies, then 10 monthlies",
        ),
        ({"daily": 7}, SIX_HOURS, "keep 7 daily points"),
        ({"daily": 7}, WEEK, "keep 7 weekly points"),
        ({"last": 28, "daily": 14}, DAY, "keep 28 daily points"),
        ({"within": "30d"}, SIX_HOURS, "keep 120 six-hourly points"),
        ({"last": 3, "within": "7d"}, DAY, "keep 7 daily points"),
        ({"hourly": 24, "yearly": "all"}, SIX_HOURS, "keep 24 six-hourly points, then yearlies for ever"),
        ({"last": "all"}, DAY, "keep daily points for ever"),
        ({"last": 6}, timedelta(minutes=10), "keep 6 10-minute points"),
        (
            {"daily": 7, "max_age": "5d", "minimum": 2, "after_claim_deleted": "90d"},
            DAY,
            "keep 7 daily points; nothing older than 5d; never fewer than 2; "
            "of a deleted claim for 90d, then only the last",
        ),
        (
            {"last": 3, "daily": 7, "weekly": 1, "yearly": "all", "within": "2d", "within_daily": "1m"},
            None,
            "keep the newest 3 points, the newest of each of 7 days, 1 week and every year (only those that "
            "have points count), all points within 2d of the newest, "
            "the newest of each day within 1m of the newest",
        ),
    ],
)
def test_a_policy_is_told_in_words(block: dict[str, object], every: timedelta | None, words: str) -> None:
    assert in_words(parse_retention(block), every) == words


@pytest.mark.parametrize(
    ("block", "every", "said"),
    [
        ({"last": 28, "daily": 14, "weekly": 8, "monthly": 12}, SIX_HOURS, 28 + 7 + 6 + 10),
        ({"last": 3, "daily": 7, "weekly": 4, "monthly": 6}, DAY, 7 + 3 + 5),
        ({"daily": 7}, WEEK, 7),
    ],
)
def test_the_words_hold_to_a_point_for_each_rule(
    block: dict[str, object], every: timedelta, said: int
) -> None:
    two_years = [
        Candidate(str(n), NOW - every * n, PointState.READY) for n in range(timedelta(days=730) // every)
    ]

    kept = len(plan(two_years, parse_retention(block), UTC, NOW).keep)

    assert abs(kept - said) < len(block)


@pytest.mark.parametrize("every", [SIX_HOURS, DAY, WEEK])
@pytest.mark.parametrize(
    "block",
    [
        {"last": 28, "daily": 14, "weekly": 8},
        {"daily": 7},
        {"hourly": 24, "monthly": 12},
        {"within": "30d", "yearly": "all"},
        {"daily": 7, "minimum": 9},
        {"last": 28, "max_age": "5d"},
        {"last": 28, "max_age": "5d", "minimum": 3},
    ],
)
def test_every_point_stays_as_long_as_said_and_then_the_first_goes(
    block: dict[str, object], every: timedelta
) -> None:
    two_years = [
        Candidate(str(n), NOW - every * n, PointState.READY) for n in range(timedelta(days=730) // every)
    ]
    rules = parse_retention(block)

    youngest = max(gone.point.time for gone in plan(two_years, rules, UTC, NOW).delete)

    assert abs((NOW - youngest) - whole_for(rules, every)) <= every


def test_what_is_kept_for_ever_stays_for_ever() -> None:
    for many in ("all", 10**12):
        assert whole_for(parse_retention({"last": many}), DAY) == timedelta.max
