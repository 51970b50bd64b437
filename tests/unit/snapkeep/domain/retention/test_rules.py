"""Retention rules: read exactly, and refused before they could keep nothing."""

from __future__ import annotations

from dataclasses import fields

import pytest

from snapkeep.domain.retention.rules import (
    KEEP_RULES,
    Duration,
    RetentionRules,
    parse_duration,
    parse_retention,
)
from tests.lists import check_list


def test_a_block_becomes_rules() -> None:
    block = {"last": 28, "daily": 7, "yearly": "all", "within": "2d", "max_age": "1y6m", "minimum": 2}
    assert parse_retention(block) == RetentionRules(
        last=28,
        daily=7,
        yearly="all",
        within=Duration(days=2),
        max_age=Duration(years=1, months=6),
        minimum=2,
    )


def test_one_point_stays_unless_more_are_asked_for() -> None:
    assert parse_retention({"last": 3}).minimum == 1


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("1y5m7d2h", Duration(1, 5, 7, 2)),
        ("7d", Duration(days=7)),
        ("2h7d", Duration(days=7, hours=2)),
        ("0y3m", Duration(months=3)),
    ],
)
def test_durations_are_read_as_restic_reads_them(text: str, duration: Duration) -> None:
    assert parse_duration(text) == duration
    assert parse_duration(str(duration)) == duration


@pytest.mark.parametrize("block", [{}, {"minimum": 3}, {"max_age": "30d"}, {"after_claim_deleted": "7d"}])
def test_a_block_that_keeps_nothing_is_refused(block: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no rule keeps anything: give at least one of last, hourly, daily"):
        parse_retention(block)


@pytest.mark.parametrize("value", [0, -1, "7", 1.5, True, None, "ALL", [3]])
def test_a_count_is_a_whole_number_above_zero_or_all(value: object) -> None:
    with pytest.raises(ValueError, match=r'daily: .* use a whole number of 1 or more, or "all"'):
        parse_retention({"daily": value})


def test_the_minimum_is_a_number() -> None:
    with pytest.raises(
        ValueError, match=r"minimum: 'all' is not allowed; use a whole number of 1 or more \("
    ):
        parse_retention({"last": 1, "minimum": "all"})


@pytest.mark.parametrize("value", ["7", "7w", "7 days", "-7d", "", "d", "1.5d", "7D", 7, None, "٧d", "7d\n"])
def test_a_duration_has_numbers_and_known_units(value: object) -> None:
    with pytest.raises(ValueError, match=r"within: .* is not a duration: .* such as 7d or 1y5m7d2h"):
        parse_retention({"within": value})


@pytest.mark.parametrize(("text", "words"), [("0d", "is zero and would"), ("1d2d", "names a unit twice")])
def test_a_duration_of_nothing_or_of_one_unit_twice_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_duration(text)


def test_unknown_rules_are_named_with_what_is_allowed() -> None:
    with pytest.raises(
        ValueError, match=r"dailies, keep: no such retention rule; allowed: after_claim_deleted"
    ):
        parse_retention({"keep": 3, "dailies": 7})


def test_there_is_a_field_for_each_rule() -> None:
    overriding = ("max_age", "after_claim_deleted", "minimum")

    check_list("RetentionRules", [field.name for field in fields(RetentionRules)], (*KEEP_RULES, *overriding))
