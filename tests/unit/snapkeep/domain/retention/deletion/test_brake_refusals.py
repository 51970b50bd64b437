"""A refusal keeps what it names, and people are reminded every week."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from snapkeep.domain.retention.deletion.brake_refusals import Refusal, unknown_token

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
REFUSAL = Refusal("myeks", "0123456789abcdef", frozenset({"snap-1", "snap-2"}), "too far", NOW, "rules")


@pytest.mark.parametrize(
    ("announced", "is_due"),
    [
        (None, True),
        (timedelta(days=6, hours=22), False),
        (timedelta(days=6, hours=23), True),
        (timedelta(days=7), True),
        (timedelta(days=30), True),
        (timedelta(minutes=-1), False),
        (timedelta(days=-300), True),
    ],
)
def test_people_hear_of_it_at_once_and_every_week(announced: timedelta | None, is_due: bool) -> None:
    refusal = replace(REFUSAL, announced_at=NOW - announced if announced else None)
    assert refusal.is_due(NOW) is is_due


def test_what_it_lost_keeps_its_token_and_its_time() -> None:
    left = REFUSAL.without({"snap-1", "snap-9"})
    assert left == replace(REFUSAL, names=frozenset({"snap-2"}))


def test_a_point_says_why_it_stays_and_what_lets_it_go() -> None:
    assert REFUSAL.why_kept() == (
        "the brake refused to delete it on 2026-11-24 18:00 UTC; token 0123456789abcdef confirms the deletion"
    )


def test_a_token_that_confirms_nothing_names_those_that_would() -> None:
    assert unknown_token("ffff", [REFUSAL]) == (
        "no refusal has the token ffff, so nothing is deleted. Open refusals: 0123456789abcdef (2 deletions)"
    )
    assert unknown_token("ffff", []).endswith("No refusal is open")
