"""How long points stay archived by a retention, and how many of a volume at a time."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest

from snapkeep.domain.archive.rules import parse_archive_after
from snapkeep.domain.archive.spans import FOREVER, most_archived, spans
from snapkeep.domain.retention.rules import parse_retention

DAY = timedelta(days=1)
MONTHLY, BOTH = {"monthly": "30d"}, {"monthly": "30d", "yearly": "30d"}


@pytest.mark.parametrize(
    ("retention", "after", "expected"),
    [
        ({"monthly": 12}, MONTHLY, [("monthly", 30, 365, "")]),
        ({"weekly": 10, "monthly": 12}, MONTHLY, [("monthly", 70, 365, "weekly")]),
        ({"last": 100, "monthly": 12}, MONTHLY, [("monthly", 100, 365, "last")]),
        ({"within_monthly": "2y", "monthly": 12}, MONTHLY, [("monthly", 30, 730, "")]),
        ({"monthly": 12, "max_age": "200d"}, MONTHLY, [("monthly", 30, 200, "")]),
        ({"monthly": 12, "yearly": 3}, BOTH, [("monthly", 30, 365, ""), ("yearly", 30, 1095, "")]),
        ({"monthly": 12, "yearly": 3}, {"yearly": "30d"}, [("yearly", 365, 1095, "monthly")]),
    ],
)
def test_the_ages_at_which_points_come_and_go(
    retention: dict[str, object], after: dict[str, str], expected: list[tuple[str, int, int, str]]
) -> None:
    found = spans(parse_retention(retention), parse_archive_after(after), DAY)
    assert [(each.period, each.begin.days, each.end.days, each.held_by) for each in found] == expected


def test_the_most_points_of_a_volume() -> None:
    def most(retention: dict[str, object], after: dict[str, str]) -> float:
        return most_archived([*spans(parse_retention(retention), parse_archive_after(after), DAY)])

    assert most({"monthly": 12}, MONTHLY) == 12
    assert most({"monthly": 12, "yearly": 3}, BOTH) == 12 + 2
    assert most({"monthly": 36, "weekly": 104}, MONTHLY) == 13
    assert most({"monthly": "all"}, MONTHLY) == math.inf
    assert most({"monthly": "all", "max_age": "1y"}, MONTHLY) == 12
    assert most({"monthly": 12, "last": "all"}, MONTHLY) == 0


def test_a_stay_may_have_no_end_or_never_begin() -> None:
    (forever,) = spans(parse_retention({"monthly": "all"}), parse_archive_after(MONTHLY), None)
    assert forever.stay == FOREVER
    (never,) = spans(parse_retention({"monthly": 12, "last": "all"}), parse_archive_after(MONTHLY), None)
    assert never.stay == timedelta() and never.held_by == "last"
    (huge,) = spans(parse_retention({"monthly": 10**9}), parse_archive_after(MONTHLY), None)
    assert huge.stay == FOREVER
