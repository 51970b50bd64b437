"""The calendar gives local times of ordinary cron, and knows nothing of daylight saving."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from snapkeep.adapters.calendar import CronCalendar, local_times
from snapkeep.domain.policies import Schedule


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


def test_a_daily_slot_in_a_daylight_saving_gap_is_due_an_hour_later_by_the_clock() -> None:
    schedule = Schedule("cron(30 2 * * ? *)", timezone="Europe/Berlin")
    after = datetime(2026, 3, 28, 12, tzinfo=UTC)
    due = CronCalendar().due(schedule, after, after + timedelta(days=2), after)
    assert list(due) == [datetime(2026, 3, 29, 1, 30, tzinfo=UTC), datetime(2026, 3, 30, 0, 30, tzinfo=UTC)]


def test_an_hourly_schedule_owes_nothing_for_a_daylight_saving_gap() -> None:
    schedule = Schedule("cron(0 * * * ? *)", timezone="Europe/Berlin")
    after = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)
    due = CronCalendar().due(schedule, after, after + timedelta(hours=3), after)
    assert list(due) == [after + timedelta(hours=hour) for hour in (1, 2, 3)]


def test_what_only_scheduler_can_evaluate_is_never_due() -> None:
    schedule = Schedule("cron(0 3 L * ? *)")
    after = datetime(2026, 3, 1, tzinfo=UTC)
    assert list(CronCalendar().due(schedule, after, after + timedelta(days=60), after)) == []
