"""The keep rules offered one point after the other: what they keep, and in which words."""

from __future__ import annotations

from datetime import UTC, tzinfo

import pytest
from hypothesis import given

from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.keep_rules import KeepRules, rule_of
from snapkeep.domain.retention.rules import RetentionRules, parse_retention
from tests.unit.snapkeep.domain.retention import retention_strategies as some
from tests.unit.snapkeep.domain.retention.retention_stories import point, utc

SUNDAYS = ["11-15", "11-08", "11-01", "10-25"]


def offered(rules: RetentionRules, times: list[str]) -> list[list[str]]:
    """The reasons for each time, newest first; where there are none, why not."""
    keep = KeepRules(rules, UTC, utc(times[0]))
    found = []
    for place, text in enumerate(times):
        reasons = keep.reasons(point(text), is_oldest=place == len(times) - 1)
        found.append(reasons or [keep.why_not(point(text))])
    return found


def test_a_point_has_the_reasons_of_all_rules_that_keep_it() -> None:
    rules = parse_retention({"last": 2, "daily": 7, "yearly": "all", "within": "8d", "within_weekly": "1m"})

    assert offered(rules, SUNDAYS) == [
        ["last 1/2", "daily 1/7", "yearly 1", "within 8d", "weekly within 1m"],
        ["last 2/2", "daily 2/7", "within 8d", "weekly within 1m"],
        ["daily 3/7", "weekly within 1m"],
        ["daily 4/7", "oldest yearly", "weekly within 1m"],
    ]


def test_a_rule_that_is_filled_says_so() -> None:
    assert offered(parse_retention({"weekly": 2}), SUNDAYS) == [
        ["weekly 1/2"],
        ["weekly 2/2"],
        ["no rule keeps it: weekly 2 filled by newer points"],
        ["no rule keeps it: weekly 2 filled by newer points"],
    ]


def test_a_point_that_is_not_the_newest_of_its_period_waits_for_no_other() -> None:
    rules = parse_retention({"daily": 9, "monthly": 1, "within_daily": "1d"})

    assert offered(rules, ["11-15 06:00", "11-15 05:00", "11-13", "11-13"])[1:] == [
        ["no rule keeps it: not the newest of its day; monthly 1 filled by newer points"],
        ["daily 2/9"],
        ["oldest daily"],
    ]


def test_the_oldest_point_stays_while_a_count_is_not_filled_or_its_duration_reaches() -> None:
    assert offered(parse_retention({"monthly": 2}), ["11-15", "11-08", "11-01"])[1:] == [
        ["no rule keeps it: not the newest of its month"],
        ["oldest monthly"],
    ]
    assert offered(parse_retention({"within_monthly": "7d"}), ["11-15", "11-09", "11-08"])[1:] == [
        ["no rule keeps it: not the newest of its month"],
        ["no rule keeps it: older than monthly within 7d"],
    ]
    assert offered(parse_retention({"within_monthly": "8d"}), ["11-15", "11-09", "11-08"])[2:] == [
        ["oldest monthly within 8d"]
    ]


def test_a_point_exactly_as_old_as_a_duration_is_out_as_with_restic() -> None:
    assert offered(parse_retention({"within": "7d"}), ["11-15", "11-08 00:01", "11-08"])[1:] == [
        ["within 7d"],
        ["no rule keeps it: older than within 7d"],
    ]


@given(some.ready_points(), some.rules(), some.zones)
def test_a_reason_says_which_rule_gave_it(
    points: list[Candidate], rules: RetentionRules, zone: tzinfo
) -> None:
    newest_first = sorted(points, key=lambda each: each.time, reverse=True)
    keep = KeepRules(rules, zone, newest_first[0].time if points else some.NOW)
    for each in newest_first:
        for reason in keep.reasons(each, is_oldest=False):
            period = rule_of(reason)
            assert reason.startswith(period or ("last ", "within "))
            assert not period or getattr(rules, period) or getattr(rules, f"within_{period}")


@pytest.mark.parametrize(
    "reason", ["oldest monthly", "minimum 1/3", "monthly", "grace until monthly 3/12", ""]
)
def test_other_reasons_name_no_rule(reason: str) -> None:
    assert rule_of(reason) == ""
