"""The week of runs: on the wall clock of the policies, through daylight saving, weighed by claims."""

from __future__ import annotations

from datetime import UTC, datetime

from snapkeep.domain.report.week import week

NOW = datetime(2026, 11, 24, 1, 20, tzinfo=UTC)


def test_runs_stand_in_the_hour_that_the_wall_clock_shows() -> None:
    found = week({"nightly": [datetime(2026, 11, 24, 17, tzinfo=UTC)]}, {"nightly": 40}, "Asia/Seoul", NOW)
    assert [str(day.date) for day in found.days][:2] == ["2026-11-24", "2026-11-25"]
    assert found.days[1].hours[2].runs == (("nightly", 1),)
    assert found.days[1].hours[2].points == 40
    assert found.busiest == 40


def test_several_runs_of_an_hour_add_up() -> None:
    slots = [datetime(2026, 11, 24, 5, minute, tzinfo=UTC) for minute in (0, 15, 30, 45)]
    hour = (
        week({"often": slots, "hourly": slots[:1]}, {"often": 2, "hourly": 10}, "UTC", NOW).days[0].hours[5]
    )
    assert hour.runs == (("hourly", 1), ("often", 4))
    assert hour.points == 18


def test_slots_before_today_and_after_the_week_are_left_out() -> None:
    slots = [datetime(2026, 11, 23, 23, tzinfo=UTC), datetime(2026, 12, 1, 0, tzinfo=UTC)]
    assert week({"nightly": slots}, {"nightly": 1}, "UTC", NOW).busiest == 0


def test_the_hour_that_comes_twice_is_one_and_the_day_after_is_not_shifted() -> None:
    now = datetime(2026, 10, 31, 12, tzinfo=UTC)
    twice = [datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)]
    after = [datetime(2026, 11, 2, 7, tzinfo=UTC)]
    found = week({"p": twice + after}, {"p": 1}, "America/New_York", now)
    assert found.days[1].hours[1].runs == (("p", 2),)
    assert found.days[2].hours[2].runs == (("p", 1),)
