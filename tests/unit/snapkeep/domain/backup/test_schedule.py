"""Schedules: what Scheduler gets, and when it will run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapkeep.adapters.calendar import local_times
from snapkeep.domain.backup.schedule import PreviewUnavailable, rate_of, slots, to_scheduler
from snapkeep.domain.policies import Schedule


def utc(text: str) -> datetime:
    """A moment in UTC, written `2027-03-28 01:30`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def planned(cron: str, zone: str, after: str, until: str) -> list[str]:
    """The slots of an ordinary cron in a zone, as UTC texts."""
    schedule = Schedule(to_scheduler(cron), zone)
    return [f"{slot:%m-%d %H:%M}" for slot in slots(schedule, utc(after), utc(until), local_times)]


@pytest.mark.parametrize(
    ("written", "expression"),
    [
        ("0 2 * * *", "cron(0 2 * * ? *)"),
        ("  0   2 * * *  ", "cron(0 2 * * ? *)"),
        ("@hourly", "cron(0 * * * ? *)"),
        ("@daily", "cron(0 0 * * ? *)"),
        ("@Midnight", "cron(0 0 * * ? *)"),
        ("@weekly", "cron(0 0 ? * 1 *)"),
        ("@monthly", "cron(0 0 1 * ? *)"),
        ("@yearly", "cron(0 0 1 1 ? *)"),
        ("@annually", "cron(0 0 1 1 ? *)"),
        ("rate(6 hours)", "rate(6 hours)"),
        ("rate(1 day)", "rate(1 day)"),
        ("cron(0 2 L * ? 2027-2030)", "cron(0 2 L * ? 2027-2030)"),
    ],
)
def test_users_write_what_they_know_and_scheduler_gets_what_it_knows(written: str, expression: str) -> None:
    assert to_scheduler(written) == expression


@pytest.mark.parametrize(
    "written",
    [
        "",
        "@reboot",
        "every day",
        "0 2 * *",
        "0 2 * * * *",
        "at(2027-01-01T00:00:00)",
        "rate(0 days)",
        "rate(-1 days)",
        "rate(6 weeks)",
        "rate(6hours)",
        "rate(1.5 hours)",
        "cron(0 2 * * ? *) x",
        "{{ schedule }}",
    ],
)
def test_anything_else_is_refused_with_the_allowed_forms(written: str) -> None:
    with pytest.raises(ValueError, match=r"is not a schedule: use rate\(6 hours\), cron\("):
        to_scheduler(written)


def test_an_expression_too_long_for_scheduler_is_refused() -> None:
    every_minute_and_hour = f"{','.join(map(str, range(60)))} {','.join(map(str, range(24)))}"
    with pytest.raises(ValueError, match="has 257 characters; EventBridge Scheduler takes 256"):
        to_scheduler(f"cron({every_minute_and_hour} ? JAN SUN,MON,TUE *)")
    assert to_scheduler(f"{every_minute_and_hour} * * *") == "cron(* * * * ? *)"


def test_a_rate_is_a_distance_and_a_cron_is_none() -> None:
    assert rate_of("rate(1 day)") == timedelta(hours=24)
    assert rate_of("rate(90 minutes)") == timedelta(minutes=90)
    assert rate_of("cron(0 2 * * ? *)") is None


def test_six_hourly_in_utc() -> None:
    assert planned("0 */6 * * *", "UTC", "2026-11-23 06:00", "2026-11-24 00:00") == [
        "11-23 12:00",
        "11-23 18:00",
        "11-24 00:00",
    ]


def test_berlin_skips_the_night_its_clocks_go_forward() -> None:
    assert planned("30 2 * * *", "Europe/Berlin", "2027-03-27 00:00", "2027-03-30 00:00") == [
        "03-27 01:30",
        "03-29 00:30",
    ]


def test_berlin_runs_once_the_night_its_clocks_go_back() -> None:
    assert planned("30 2 * * *", "Europe/Berlin", "2026-10-24 00:00", "2026-10-27 00:00") == [
        "10-24 00:30",
        "10-25 00:30",
        "10-26 01:30",
    ]


def test_new_york_skips_and_runs_once() -> None:
    assert planned("30 2 * * *", "America/New_York", "2027-03-13 00:00", "2027-03-16 00:00") == [
        "03-13 07:30",
        "03-15 06:30",
    ]
    assert planned("30 1 * * *", "America/New_York", "2026-11-01 00:00", "2026-11-03 00:00") == [
        "11-01 05:30",
        "11-02 06:30",
    ]


def test_lord_howe_moves_its_clocks_by_half_an_hour() -> None:
    zone = "Australia/Lord_Howe"
    # 2026-10-04: 02:00 becomes 02:30, so 02:00 and 02:15 do not exist and 02:30 does.
    assert planned("0 * * * *", zone, "2026-10-03 13:00", "2026-10-03 17:00") == [
        "10-03 13:30",
        "10-03 14:30",
        "10-03 16:00",
        "10-03 17:00",
    ]
    assert planned("15 2 * * *", zone, "2026-10-03 00:00", "2026-10-05 00:00") == ["10-04 15:15"]
    assert planned("30 2 * * *", zone, "2026-10-03 00:00", "2026-10-04 00:00") == ["10-03 15:30"]
    # 2027-04-04: 02:00 becomes 01:30, so 01:30 to 01:59 come twice and run once.
    assert planned("*/15 1-2 * * *", zone, "2027-04-03 14:00", "2027-04-03 16:00") == [
        "04-03 14:15",
        "04-03 14:30",
        "04-03 14:45",
        "04-03 15:30",
        "04-03 15:45",
        "04-03 16:00",
    ]


def test_an_hourly_schedule_loses_the_hour_that_is_missing_and_the_hour_that_repeats() -> None:
    spring = planned("0 * * * *", "Europe/Berlin", "2027-03-27 23:59", "2027-03-28 03:00")
    assert spring == ["03-28 00:00", "03-28 01:00", "03-28 02:00", "03-28 03:00"]
    autumn = planned("0 * * * *", "Europe/Berlin", "2026-10-24 23:59", "2026-10-25 03:00")
    assert autumn == ["10-25 00:00", "10-25 02:00", "10-25 03:00"]


def test_the_bounds_are_after_exclusive_until_inclusive() -> None:
    assert planned("0 2 * * *", "UTC", "2026-11-23 02:00", "2026-11-24 02:00") == ["11-24 02:00"]


def test_a_rate_counts_absolute_hours_from_its_anchor() -> None:
    daily = Schedule("rate(1 day)", "Europe/Berlin")
    found = slots(
        daily, utc("2027-03-27 02:00"), utc("2027-03-29 02:00"), local_times, utc("2027-01-01 02:00")
    )
    assert list(found) == [utc("2027-03-28 02:00"), utc("2027-03-29 02:00")]


def test_a_paused_schedule_has_no_slots() -> None:
    paused = Schedule("rate(1 day)", enabled=False)
    assert list(slots(paused, utc("2027-01-01"), utc("2028-01-01"), local_times)) == []


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("cron(0 2 L * ? *)", "L, W, # and years"),
        ("cron(0 2 ? * 6#3 *)", "L, W, # and years"),
        ("cron(0 2 * * ? 2027)", "L, W, # and years"),
        ("rate(1 day)", "counts from its first run"),
    ],
)
def test_what_cannot_be_previewed_says_so_at_once(expression: str, words: str) -> None:
    with pytest.raises(PreviewUnavailable, match=words):
        slots(Schedule(expression), utc("2027-01-01"), utc("2027-02-01"), local_times)


ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Seoul", "Africa/Casablanca")
CHANGES = ("2026-10-03", "2026-10-25", "2026-11-01", "2027-02-07", "2027-03-14", "2027-03-28", "2027-04-03")


def every_minute(minutes: set[int], hours: set[int], zone: str, after: datetime) -> Iterator[datetime]:
    """The rule, minute by minute: whenever clocks show a wanted time for the first time."""
    for count in range(1, 2 * 24 * 60 + 1):
        moment = after + timedelta(minutes=count)
        local = moment.astimezone(ZoneInfo(zone))
        if local.fold == 0 and local.minute in minutes and local.hour in hours:
            yield moment


@settings(deadline=None, max_examples=25)
@given(
    minutes=st.sets(st.sampled_from([0, 15, 30, 45, 59]), min_size=1),
    hours=st.sets(st.integers(0, 23), min_size=1),
    zone=st.sampled_from(ZONES),
    day=st.sampled_from(CHANGES),
    offset=st.integers(0, 24 * 60),
)
def test_slots_are_the_first_time_that_clocks_show_a_wanted_time(
    minutes: set[int], hours: set[int], zone: str, day: str, offset: int
) -> None:
    after = utc(day) - timedelta(days=1) + timedelta(minutes=offset)
    cron = f"{','.join(map(str, minutes))} {','.join(map(str, hours))} * * *"
    found = list(slots(Schedule(to_scheduler(cron), zone), after, after + timedelta(days=2), local_times))
    assert found == list(every_minute(minutes, hours, zone, after))


@given(step=st.integers(1, 10**5), anchor=st.integers(-(10**6), 10**6), length=st.integers(0, 10**4))
def test_rates_are_evenly_spaced_inside_the_bounds(step: int, anchor: int, length: int) -> None:
    after, distance = utc("2027-03-01"), timedelta(minutes=step)
    until, start = after + timedelta(minutes=length), after + timedelta(minutes=anchor)
    found = list(slots(Schedule(f"rate({step} minutes)"), after, until, local_times, start))
    assert all(after < slot <= until and not (slot - start) % distance for slot in found)
    assert len(found) == (until - start) // distance - (after - start) // distance
