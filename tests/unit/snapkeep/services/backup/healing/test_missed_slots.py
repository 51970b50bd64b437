"""Missed slots: started late while they may be, reported once when not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from snapkeep.adapters.calendar import CronCalendar
from snapkeep.domain.backup.runs import RunState, run_id
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.policies import Schedule
from tests.fakes.clock import FixedCalendar
from tests.fakes.faults import Crash
from tests.fakes.world import SLOT, World, a_claim, a_policy

NAME = run_id("myeks", "nightly", SLOT)


def a_missed_slot(*, known_for: timedelta = timedelta(hours=6), **schedule: Any) -> World:
    """A policy that reconcile knows for a while, and a slot that nobody ran."""
    plan = Schedule("cron(0 18 * * ? *)", **({"catch_up": timedelta(hours=1)} | schedule))
    world = World(a_claim("mysql"), policy=a_policy(schedule=plan))
    world.clock.now = SLOT - known_for
    world.reconcile()
    world.calendar.slots = (SLOT,)
    world.clock.now = SLOT
    return world


def test_a_missed_slot_inside_its_catch_up_window_is_started_late() -> None:
    world = a_missed_slot()
    world.wait(minutes=15)
    assert world.reconcile().started == [NAME]
    assert world.starter.started == [("myeks", "nightly", SLOT)]
    world.backup(SLOT)
    assert world.reconcile().started == []
    assert world.run_until_closed().state is RunState.COMPLETED
    assert world.announcer.missed == []


def test_a_planner_is_given_its_time_before_a_slot_counts_as_missed() -> None:
    world = a_missed_slot()
    world.wait(minutes=4)
    assert world.reconcile().started == []


def test_the_flexible_window_is_waited_for() -> None:
    world = a_missed_slot(flexible_minutes=30)
    world.wait(minutes=34)
    assert world.reconcile().started == []
    world.wait(minutes=1)
    assert world.reconcile().started == [NAME]


def test_a_slot_past_its_catch_up_window_is_reported_once() -> None:
    world = a_missed_slot()
    world.wait(minutes=61)
    assert world.reconcile().missed == [NAME]
    for _ in range(8):
        world.wait(minutes=15)
        assert world.reconcile().missed == []
    (missed,) = world.announcer.missed
    assert world.announcer.closed == []
    assert (missed.policy, missed.slot) == ("nightly", SLOT)
    assert "catch-up window of 1:00:00" in missed.reason
    run = world.the_run()
    assert run is not None and (run.state, run.announced) == (RunState.FAILED, True)
    assert world.starter.started == []


@pytest.mark.parametrize("method", ["open_run", "close_run"])
def test_a_missed_slot_whose_report_broke_off_is_reported_and_not_taken_late(method: str) -> None:
    world = a_missed_slot()
    world.wait(minutes=61)
    if method == "open_run":
        world.journal.crash_after(method)
    else:
        world.journal.fail_next(method, TemporaryError("away"))
    for _ in range(3):
        world.reconcile()
        world.wait(minutes=15)
    assert world.starter.started == []
    ((run, _),) = world.announcer.closed
    assert run.state is RunState.FAILED and "catch-up window of 1:00:00" in run.degraded


def test_after_an_outage_the_newest_slot_is_started_and_the_others_are_reported() -> None:
    hourly = Schedule("cron(0 * * * ? *)", catch_up=timedelta(hours=24))
    world = World(a_claim("mysql"), policy=a_policy(schedule=hourly, retention={"last": 48}))
    world.calendar.due = CronCalendar().due  # type: ignore[method-assign]
    world.clock.now = SLOT
    world.reconcile()
    world.wait(hours=12, minutes=20)
    report = world.reconcile()
    newest = SLOT + timedelta(hours=12)
    assert report.started == [run_id("myeks", "nightly", newest)]
    assert len(report.missed) == 11 and len(world.announcer.missed) == 11
    assert "did not run before 20261125T060000Z, which runs in its place" in world.announcer.missed[-1].reason
    world.backup(newest)
    again = world.reconcile()
    assert (again.started, again.missed) == ([], [])


def test_a_slot_before_one_that_was_run_is_reported() -> None:
    world = a_missed_slot(catch_up=timedelta(hours=24))
    world.calendar.slots = (SLOT, SLOT + timedelta(hours=1))
    world.wait(hours=1)
    world.backup(SLOT + timedelta(hours=1))
    world.wait(minutes=10)
    report = world.reconcile()
    assert (report.started, report.missed) == ([], [NAME])


def test_a_late_event_for_a_reported_slot_starts_nothing() -> None:
    world = a_missed_slot()
    world.wait(minutes=61)
    world.reconcile()
    run = world.backup(SLOT)
    assert run is not None and run.state is RunState.FAILED
    assert world.queue.jobs == []


def test_slots_before_the_policy_was_first_seen_are_not_missed() -> None:
    world = a_missed_slot(known_for=-timedelta(minutes=10))  # deployed ten minutes after the slot
    world.wait(minutes=30)
    report = world.reconcile()
    assert (report.started, report.missed) == ([], [])


@pytest.mark.parametrize("after", [timedelta(minutes=30), timedelta(hours=1, minutes=55)])
def test_a_rate_is_not_missed_for_having_run_earlier_than_it_was_first_seen(after: timedelta) -> None:
    world = World(a_claim("mysql"), policy=a_policy(schedule=Schedule("rate(1 day)")))
    world.calendar.due = CronCalendar().due  # type: ignore[method-assign]
    world.clock.now = SLOT - timedelta(days=1) + timedelta(minutes=10)
    world.reconcile()
    world.back_up(SLOT)
    world.clock.now = SLOT + timedelta(minutes=10) + after
    report = world.reconcile()
    assert (report.started, report.missed) == ([], [])


def test_a_paused_policy_misses_nothing() -> None:
    world = a_missed_slot(enabled=False)
    world.wait(minutes=30)
    report = world.reconcile()
    assert (report.started, report.missed) == ([], [])


def test_a_slot_that_could_not_be_started_is_tried_again() -> None:
    world = a_missed_slot()
    world.wait(minutes=15)
    world.starter.fail_next("start_run", TemporaryError("Invoke: no answer"))
    report = world.reconcile()
    assert (report.started, report.errors) == ([], ["myeks.nightly: Invoke: no answer"])
    assert world.reconcile().started == [NAME]


def test_a_report_that_nobody_heard_is_made_again() -> None:
    world = a_missed_slot()
    world.wait(minutes=61)
    world.announcer.fail_next("slot_missed", TemporaryError("PutEvents: no answer"))
    assert world.reconcile().errors == ["myeks.nightly: PutEvents: no answer"]
    world.reconcile()
    ((run, _),) = world.announcer.closed
    assert (run.id, run.state) == (NAME, RunState.FAILED)
    assert "catch-up window" in run.degraded


@pytest.mark.parametrize("step", ["open_run", "close_run", "mark_announced"])
def test_a_crash_while_reporting_loses_no_report(step: str) -> None:
    world = a_missed_slot()
    world.wait(minutes=61)
    world.journal.fail_next(step, Crash(step))
    world.reconcile()  # dies and is retried
    for _ in range(30):
        world.wait(minutes=15)
        world.reconcile()
        for _, _, slot in world.starter.started:
            world.backup(slot)
        world.starter.started.clear()
        world.work()
        world.finish_snapshots()
    run = world.the_run()
    assert run is not None and run.announced
    assert world.announcer.missed or world.announcer.closed


def test_a_rate_counts_from_the_slots_it_had() -> None:
    anchors: list[datetime] = []

    class Asked(FixedCalendar):
        def due(self, schedule: Schedule, after: datetime, until: datetime, anchor: datetime) -> Any:
            anchors.append(anchor)
            return super().due(schedule, after, until, anchor)

    world = a_missed_slot()
    world.calendar = Asked(SLOT)
    object.__setattr__(world.reconciler.missed_slots, "calendar", world.calendar)
    world.backup(SLOT)
    world.wait(minutes=15)
    world.reconcile()
    assert anchors[0] == SLOT
