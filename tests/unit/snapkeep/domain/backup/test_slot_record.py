"""Which slots a policy may run: those of its schedule, in time, and none twice by another name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from snapkeep.adapters.calendar import CronCalendar
from snapkeep.domain.backup.slot_record import REMEMBERED, SlotRecord
from snapkeep.domain.policies import Schedule

NOW = datetime(2026, 11, 24, 18, 20, tzinfo=UTC)
SLOT = NOW.replace(minute=0)
DAILY = Schedule("cron(0 18 * * ? *)")
FIRST_MONDAYS = Schedule("cron(0 6,18 ? * 2#1 *)")
EVERY_SIX_HOURS = Schedule("rate(6 hours)")


def due(schedule: Schedule, after: datetime, until: datetime) -> Iterator[datetime]:
    return CronCalendar().due(schedule, after, until, until)


def take(
    schedule: Schedule, slot: datetime, now: datetime = NOW, record: SlotRecord | None = None
) -> SlotRecord | str:
    """What comes of a slot under a schedule."""
    known = record or SlotRecord("myeks", "daily")
    return known.seen(schedule, now).take(slot, now, due)


def accepted(found: SlotRecord | str) -> SlotRecord:
    assert isinstance(found, SlotRecord), found
    return found


def test_a_slot_of_the_schedule_is_taken_as_often_as_it_is_asked_for() -> None:
    record = accepted(take(DAILY, SLOT))
    assert accepted(take(DAILY, SLOT, record=record)) == record


@pytest.mark.parametrize(
    ("slot", "reason"),
    [
        (SLOT + timedelta(seconds=1), "not due then"),
        (SLOT + timedelta(minutes=1), "not due then"),
        (SLOT + timedelta(days=1), "it lies in the future: it is 2026-11-24 18:20 UTC now"),
        (SLOT - timedelta(days=1), "older than the catch-up window of 1:00:00"),
        (SLOT - timedelta(days=300), "older than the catch-up window"),
    ],
)
def test_any_other_time_is_refused_with_the_reason(slot: datetime, reason: str) -> None:
    found = take(DAILY, slot)
    assert isinstance(found, str)
    assert reason in found


@pytest.mark.parametrize(("minutes", "fits"), [(65, True), (66, False)])
def test_a_slot_counts_until_its_catch_up_window_and_what_delivery_takes_are_over(
    minutes: int, fits: bool
) -> None:
    found = take(DAILY, SLOT, SLOT + timedelta(minutes=minutes))
    assert isinstance(found, SlotRecord) == fits


@pytest.mark.parametrize(("minutes", "fits"), [(95, True), (96, False)])
def test_a_flexible_window_comes_on_top(minutes: int, fits: bool) -> None:
    schedule = Schedule("cron(0 18 * * ? *)", flexible_minutes=30)
    assert isinstance(take(schedule, SLOT, SLOT + timedelta(minutes=minutes)), SlotRecord) == fits


@pytest.mark.parametrize(("seconds", "fits"), [(60, True), (61, False)])
def test_a_clock_may_be_a_minute_behind_schedulers(seconds: int, fits: bool) -> None:
    assert isinstance(take(DAILY, SLOT, SLOT - timedelta(seconds=seconds)), SlotRecord) == fits


def test_the_slot_that_a_daylight_saving_gap_skips_may_be_caught_up() -> None:
    berlin = Schedule("cron(30 2 * * ? *)", "Europe/Berlin")
    gap = datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    accepted(take(berlin, gap, gap + timedelta(minutes=10)))


HOURLY = Schedule("cron(0 * * * ? *)", catch_up=timedelta(hours=24))


def test_after_an_outage_only_the_newest_slot_is_run() -> None:
    slots = [SLOT - timedelta(hours=hours) for hours in range(24)]
    found = [take(HOURLY, slot) for slot in slots]
    accepted(found[0])
    assert found[1] == "it was superseded by the slot 20261124T180000Z"
    assert [item for item in found[1:] if isinstance(item, SlotRecord)] == []


@pytest.mark.parametrize(
    ("flexible", "minutes", "fits"), [(0, 64, True), (0, 65, False), (30, 94, True), (30, 95, False)]
)
def test_a_slot_is_run_until_the_next_one_has_surely_been_started(
    flexible: int, minutes: int, fits: bool
) -> None:
    for expression in (HOURLY.expression, "rate(1 hour)"):
        schedule = Schedule(expression, catch_up=timedelta(hours=24), flexible_minutes=flexible)
        found = take(schedule, SLOT, SLOT + timedelta(minutes=minutes))
        assert isinstance(found, SlotRecord) == fits


def test_a_slot_has_no_successor_in_the_schedule_that_was_replaced() -> None:
    record = accepted(take(HOURLY, SLOT - timedelta(hours=1), SLOT - timedelta(hours=1)))
    daily = Schedule("cron(0 2 * * ? *)", catch_up=timedelta(hours=24))
    record = record.seen(daily, SLOT - timedelta(minutes=30))
    accepted(record.take(SLOT - timedelta(hours=1), NOW, due))


def test_a_paused_policy_has_no_slots() -> None:
    assert take(Schedule("cron(0 18 * * ? *)", enabled=False), SLOT) == "the policy is paused"


def test_a_slot_of_the_schedule_before_counts_until_its_catch_up_window_is_over() -> None:
    record = accepted(take(DAILY, SLOT - timedelta(days=1), SLOT - timedelta(days=1)))
    for changed in (Schedule("cron(0 20 * * ? *)"), Schedule("cron(0 18 * * ? *)", enabled=False)):
        accepted(take(changed, SLOT, record=record))
        late = take(changed, SLOT, SLOT + timedelta(hours=2), record=record)
        assert isinstance(late, str)


def test_a_schedule_has_no_slots_after_it_was_replaced() -> None:
    changed = Schedule("cron(0 20 * * ? *)")
    record = accepted(take(DAILY, SLOT)).seen(changed, SLOT - timedelta(hours=1))
    found = record.take(SLOT, NOW, due)
    assert found == "cron(0 20 * * ? *) in UTC is not due then"


def test_schedules_before_the_one_that_was_replaced_too_early_count_no_more() -> None:
    two_days_ago = SLOT - timedelta(days=2)
    record = SlotRecord("myeks", "daily").seen(DAILY, two_days_ago)
    record = record.seen(Schedule("cron(0 20 * * ? *)"), two_days_ago + timedelta(hours=1))
    record = record.seen(Schedule("cron(0 22 * * ? *)"), NOW)
    assert isinstance(record.take(SLOT, NOW, due), str)


@pytest.mark.parametrize(("schedule", "apart"), [(FIRST_MONDAYS, 12), (EVERY_SIX_HOURS, 6)])
def test_slots_that_nobody_can_compute_keep_their_distance(schedule: Schedule, apart: int) -> None:
    record = accepted(take(schedule, SLOT))
    for minutes in (-20, -5, 5, 15):
        near = take(schedule, SLOT + timedelta(minutes=minutes), NOW, record)
        assert isinstance(near, str)
        assert "had a run at 20261124T180000Z" in near
    later = SLOT + timedelta(hours=apart)
    assert accepted(take(schedule, later, later, record)).taken[-1] == later


def test_a_slot_that_was_taken_may_be_asked_for_again() -> None:
    record = accepted(take(EVERY_SIX_HOURS, SLOT))
    assert accepted(take(EVERY_SIX_HOURS, SLOT, record=record)) == record


def test_scheduler_may_be_off_by_some_seconds() -> None:
    record = accepted(take(EVERY_SIX_HOURS, SLOT))
    early = SLOT + timedelta(hours=6) - timedelta(seconds=59)
    accepted(take(EVERY_SIX_HOURS, early, early, record))
    minutely = Schedule("rate(1 minute)")
    record = accepted(take(minutely, SLOT, SLOT))
    assert isinstance(take(minutely, SLOT + timedelta(seconds=50), NOW, record), str)


def test_of_taken_slots_only_those_are_remembered_that_can_still_be_too_close() -> None:
    record, at = SlotRecord("myeks", "daily"), SLOT
    for _ in range(40):
        record = accepted(take(EVERY_SIX_HOURS, at, at, record))
        at += timedelta(hours=6)
    assert len(record.taken) == 2


def test_only_the_last_schedules_are_remembered() -> None:
    record = SlotRecord("myeks", "daily")
    for minute in range(30):
        record = record.seen(Schedule(f"cron({minute} 18 * * ? *)"), NOW)
    assert len(record.schedules) == REMEMBERED
    assert record.schedules[-1].schedule.expression == "cron(29 18 * * ? *)"


def test_a_record_without_a_schedule_takes_nothing() -> None:
    assert SlotRecord("myeks", "daily").take(SLOT, NOW, due) == "the schedule of its policy is not known"
