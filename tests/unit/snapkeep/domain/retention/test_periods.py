"""Periods and calendar arithmetic where calendars are difficult."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from snapkeep.domain.retention.periods import EACH, EVER, PERIODS, Cuts, back
from snapkeep.domain.retention.rules import Duration, parse_duration


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("start", "span", "expected"),
    [
        ("2026-03-31 12:00", "1m", "2026-03-03 12:00"),
        ("2024-03-31 12:00", "1m", "2024-03-02 12:00"),
        ("2026-12-31 12:00", "1m", "2026-12-01 12:00"),
        ("2024-02-29 12:00", "1y", "2023-03-01 12:00"),
        ("2024-02-29 12:00", "4y", "2020-02-29 12:00"),
        ("2026-03-31 12:00", "1m1d", "2026-03-02 12:00"),
        ("2026-01-15 12:00", "14m", "2024-11-15 12:00"),
        ("2026-01-01 00:00", "1h", "2025-12-31 23:00"),
        ("2026-11-23 06:00", "1y5m7d2h", "2025-06-16 04:00"),
    ],
)
def test_days_that_a_month_lacks_run_over_into_the_next(start: str, span: str, expected: str) -> None:
    assert back(at(start), parse_duration(span)) == at(expected)


@pytest.mark.parametrize(
    ("start", "zone", "span", "expected_utc"),
    [
        ("2026-11-01 12:00", "America/New_York", "1d", "2026-10-31 16:00"),
        ("2026-11-01 12:00", "America/New_York", "24h", "2026-10-31 17:00"),
        ("2026-03-08 12:00", "America/New_York", "1d", "2026-03-07 17:00"),
        ("2026-11-02 01:30", "America/New_York", "1d", "2026-11-01 05:30"),
        ("2026-10-26 02:30", "Europe/Berlin", "1d", "2026-10-25 01:30"),
        ("2026-03-09 02:30", "America/New_York", "1d", "2026-03-08 06:30"),
        ("2026-03-30 02:30", "Europe/Berlin", "1d", "2026-03-29 01:30"),
    ],
)
def test_days_move_the_wall_clock_and_hours_are_real(
    start: str, zone: str, span: str, expected_utc: str
) -> None:
    assert back(at(start, zone), parse_duration(span)) == at(expected_utc)


@pytest.mark.parametrize("span", [Duration(years=999_999), Duration(days=999_999), Duration(years=2025)])
def test_a_span_longer_than_the_calendar_goes_back_for_ever(span: Duration) -> None:
    assert back(at("2026-01-01 00:00", "Asia/Seoul"), span) <= at("0002-01-01 00:00")
    assert back(at("2026-01-01 00:00", "Asia/Seoul"), Duration(years=9999)) == EVER


def periods(*times: datetime, zone: str, of: str) -> list[bool]:
    """Of which times, newest first, the point is the newest of its period."""
    cuts = Cuts(ZoneInfo(zone), [of])
    return [of in cuts.newest_of(time) for time in times]


@pytest.mark.parametrize(
    ("of", "times", "expected"),
    [
        ("weekly", ["2021-01-04 00:00", "2021-01-03 23:59", "2020-12-28 00:00", "2020-12-27 23:59"], "1101"),
        ("weekly", ["2025-01-05 00:00", "2024-12-30 00:00", "2024-12-29 00:00"], "101"),
        ("yearly", ["2026-01-01 00:00", "2025-12-31 23:59", "2025-01-01 00:00"], "110"),
        ("monthly", ["2024-03-01 00:00", "2024-02-29 23:59", "2024-02-01 00:00"], "110"),
        ("daily", ["2026-03-02 00:00", "2026-03-01 23:59", "2026-03-01 00:00"], "110"),
        ("hourly", ["2026-03-01 01:00", "2026-03-01 00:59", "2026-03-01 00:00"], "110"),
        ("monthly", ["2026-03-15 00:00", "2025-03-15 00:00"], "11"),
        ("weekly", ["2026-11-23 00:00", "2025-11-17 00:00"], "11"),
    ],
)
def test_periods_are_natural_and_weeks_are_iso(of: str, times: list[str], expected: str) -> None:
    assert periods(*map(at, times), zone="UTC", of=of) == [digit == "1" for digit in expected]


def test_the_zone_decides_where_a_day_ends() -> None:
    late, early = at("2026-11-22 16:00"), at("2026-11-22 14:00")

    assert periods(late, early, zone="UTC", of="daily") == [True, False]
    assert periods(late, early, zone="Asia/Seoul", of="daily") == [True, True]


def test_the_hour_that_autumn_repeats_is_one_hour() -> None:
    second, first = at("2026-11-01 06:30"), at("2026-11-01 05:30")

    assert periods(second, first, zone="America/New_York", of="hourly") == [True, False]
    assert periods(second, first, zone="UTC", of="hourly") == [True, True]


def test_every_point_is_the_newest_of_its_own() -> None:
    cuts = Cuts(UTC, PERIODS)
    same = at("2026-11-23 06:00")

    assert set(cuts.newest_of(same)) == {EACH, *PERIODS}
    assert set(cuts.newest_of(same)) == {EACH}
