"""The calendar gives local times of ordinary cron, and knows nothing of daylight saving."""

from __future__ import annotations

import itertools
from datetime import datetime

import pytest

from snapkeep.adapters.calendar import local_times


def first(count: int, fields: str, after: str) -> list[str]:
    """The first local times, as text."""
    times = local_times(fields, datetime.fromisoformat(after))
    return [time.isoformat(" ", "minutes") for time in itertools.islice(times, count)]


def test_times_come_in_order_and_after_the_start() -> None:
    assert first(3, "0 */6 * * *", "2026-11-23 06:00") == [
        "2026-11-23 12:00",
        "2026-11-23 18:00",
        "2026-11-24 00:00",
    ]


def test_leap_days_and_short_months_are_kept() -> None:
    assert first(2, "0 0 29 2 *", "2026-01-01") == ["2028-02-29 00:00", "2032-02-29 00:00"]
    assert first(2, "0 0 31 * *", "2027-01-31") == ["2027-03-31 00:00", "2027-05-31 00:00"]


def test_times_that_a_zone_skips_are_given_all_the_same() -> None:
    assert first(1, "30 2 * * *", "2027-03-28 00:00") == ["2027-03-28 02:30"]


@pytest.mark.parametrize("fields", ["0 0 31 2 *", "nonsense", "61 * * * *"])
def test_what_is_no_calendar_is_refused_in_our_words(fields: str) -> None:
    with pytest.raises(ValueError, match=f"{fields!r} is not a cron schedule".replace("*", r"\*")):
        local_times(fields, datetime.fromisoformat("2027-01-01"))
