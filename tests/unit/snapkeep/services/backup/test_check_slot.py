"""Whoever may start plan_backup may name any time: only slots of the schedule become runs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from snapkeep.domain.backup.runs import run_id
from snapkeep.domain.errors import TemporaryError, Throttled
from snapkeep.domain.messages import BackupRequest
from snapkeep.domain.policies import Schedule
from tests.fakes.world import SLOT, World, a_claim, a_policy


def ask(world: World, slot: datetime, caller: str = "reconcile", policy: str = "nightly") -> str:
    """What plan_backup answers when somebody asks for a slot: the refusal, "" for a run."""
    refused = world.slot_check.check(BackupRequest("myeks", policy, slot, caller), "request-1")
    if refused:
        return refused.refused
    world.plan_backup.run("myeks", policy, slot, world.owner())
    return ""


def a_world(**schedule: object) -> World:
    given = {"expression": "cron(0 18 * * ? *)"} | schedule
    return World(a_claim("mysql"), policy=a_policy(schedule=Schedule(**given), retention={"last": 7}))  # type: ignore[arg-type]


def with_history(world: World, days: int = 10) -> set[str]:
    """A point a day; the ids of those that retention kept."""
    for day in range(days):
        slot = SLOT + timedelta(days=day)
        world.clock.now = slot
        assert ask(world, slot) == ""
        world.work()
        world.finish_snapshots()
        world.prune()
    return set(world.ebs.all)


@pytest.mark.parametrize("expression", ["cron(0 18 * * ? *)", "rate(1 day)", "cron(0 18 ? * 2-6 2020-2199)"])
def test_seven_starts_in_seven_minutes_push_no_history_out(expression: str) -> None:
    world = a_world(expression=expression)
    history = with_history(world)
    assert len(history) == 7
    start = world.clock()
    for number in range(7):
        world.clock.now = start + timedelta(minutes=20 + number)
        now = world.clock()
        others = (timedelta(), timedelta(days=-300), timedelta(days=300), timedelta(minutes=-7))
        for other in others:
            assert "asked for by reconcile, invocation request-1" in ask(world, now + other)
        world.work()
        world.finish_snapshots()
        world.prune()
    assert set(world.ebs.all) == history
    assert len(world.announcer.refused) == 28


def test_a_refused_slot_is_told_with_who_asked() -> None:
    world = a_world()
    slot = SLOT - timedelta(minutes=3)
    assert "invocation request-1" in ask(world, slot, caller="")
    (told,) = world.announcer.refused
    assert (told.cluster, told.policy, told.slot) == ("myeks", "nightly", slot)
    assert told.reason.endswith(
        "asked for by somebody who sent a schedule's message, invocation request-1 of plan_backup"
    )
    assert world.journal.runs.all == {}


def test_a_refusal_that_nobody_heard_is_told_by_the_retry() -> None:
    world = a_world()
    world.announcer.fail_next("slot_refused", TemporaryError("PutEvents: no answer"))
    slot = SLOT - timedelta(minutes=3)
    with pytest.raises(TemporaryError):
        ask(world, slot)
    assert ask(world, slot) != ""
    assert len(world.announcer.refused) == 1


def test_a_run_that_was_begun_goes_on_however_late() -> None:
    world = a_world()
    assert ask(world, SLOT) == ""
    world.wait(hours=9)
    assert ask(world, SLOT) == ""
    assert [*world.journal.runs.all] == [run_id("myeks", "nightly", SLOT)]


def test_a_missed_slot_that_reconcile_asks_for_is_run() -> None:
    world = a_world(catch_up=timedelta(hours=4))
    world.clock.now = SLOT - timedelta(hours=3)
    world.reconcile()
    world.calendar.slots = (SLOT,)
    world.clock.now = SLOT + timedelta(hours=3, minutes=59)
    world.reconcile()
    ((_, policy, slot),) = world.starter.started
    assert ask(world, slot, policy=policy) == ""


def test_a_schedule_that_was_just_replaced_still_has_the_slot_that_is_being_retried() -> None:
    world = a_world()
    world.clock.now = SLOT - timedelta(days=1)
    assert ask(world, SLOT - timedelta(days=1)) == ""
    known = world.journal.slots.slot_record("myeks", "nightly")
    moved = World(a_claim("mysql"), policy=a_policy(schedule=Schedule("cron(0 20 * * ? *)")))
    assert moved.journal.slots.write_slot_record(
        known.__class__("myeks", "nightly", known.schedules)  # what the deployment before journaled
    )
    moved.clock.now = SLOT + timedelta(minutes=20)
    assert ask(moved, SLOT) == ""
    assert "not due then" in ask(moved, SLOT - timedelta(minutes=30))


def test_of_starts_at_once_that_name_times_nobody_can_compute_one_becomes_a_run() -> None:
    world = a_world(expression="cron(0 18 ? * 2#1 *)", catch_up=timedelta(hours=12))

    def one(number: int) -> bool:
        try:
            return ask(world, SLOT - timedelta(minutes=number)) == ""
        except Throttled:
            return False

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(one, range(8))) == 1
    assert len(world.journal.runs.all) == 1


def test_a_record_that_is_always_written_over_is_tried_again_later() -> None:
    world = a_world(expression="rate(1 hour)")
    world.journal.slots.write_slot_record = lambda record: False  # type: ignore[method-assign]
    with pytest.raises(Throttled, match="too many slots of policy nightly in myeks"):
        ask(world, SLOT)


def test_what_is_no_slot_of_a_schedule_is_left_to_the_planner() -> None:
    world = a_world()
    for cluster, policy in (("myeks", "on-demand"), ("myeks", "unknown"), ("other", "nightly")):
        request = BackupRequest(cluster, policy, SLOT - timedelta(minutes=7))
        assert world.slot_check.check(request, "request-1") is None
    assert world.announcer.refused == []
