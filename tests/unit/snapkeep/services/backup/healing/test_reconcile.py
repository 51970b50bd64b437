"""Reconcile: every open run and every policy is looked at, whatever is wrong with another."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.errors import PermanentError, TemporaryError
from snapkeep.domain.messages import PruneRequest
from snapkeep.domain.policies import Schedule
from tests.fakes.faults import Crash
from tests.fakes.world import SLOT, World, a_claim, a_policy


def test_a_run_whose_planner_died_is_planned_again() -> None:
    world = World(a_claim("mysql"))
    world.journal.fail_next("add_points", Crash("planner"))
    with pytest.raises(Crash):
        world.backup()
    world.wait(minutes=6)
    assert world.reconcile().replanned == []
    world.wait(minutes=1)
    assert world.reconcile().replanned == [world.the_run().id]  # type: ignore[union-attr]
    assert world.starter.started == [("myeks", "nightly", SLOT)]


def test_a_run_that_nobody_can_plan_ends_with_the_reason() -> None:
    world = World(a_claim("mysql"))
    for _ in range(40):
        world.cluster.fail_next("claims", TemporaryError("the list expired twice"))
        with pytest.raises(TemporaryError):
            world.backup()
        world.wait(minutes=12)
        if world.reconcile().closed:
            break
    run = world.the_run()
    assert run is not None and (run.state, run.announced) == (RunState.FAILED, True)
    assert "could not be planned within 6 hours" in run.degraded


def test_points_of_a_run_that_was_planned_by_half_are_still_taken() -> None:
    world = World(a_claim("mysql"))
    world.journal.fail_next("start_run", Crash("planner"))
    with pytest.raises(Crash):
        world.backup()
    world.queue.sent.clear()
    world.wait(hours=6, minutes=1)
    assert world.reconcile().closed == []
    world.work()
    assert world.the_run().state is RunState.RUNNING  # type: ignore[union-attr]
    run = world.run_until_closed()
    assert (run.state, run.total) == (RunState.FAILED, 1)


def test_a_run_whose_points_are_all_final_is_closed_and_announced() -> None:
    world = World(a_claim("mysql"))
    world.backup()
    world.work()
    world.ebs.complete()
    world.journal.fail_next("close_run", Crash("record_completion"))
    world.event(world.point("mysql").snapshot_id)
    assert world.the_run().state is RunState.RUNNING  # type: ignore[union-attr]
    assert world.reconcile().closed == [world.the_run().id]  # type: ignore[union-attr]
    assert [run.state for run, _ in world.announcer.closed] == [RunState.COMPLETED]


def test_a_run_that_was_closed_but_not_announced_is_announced() -> None:
    world = World(a_claim("mysql"))
    world.backup()
    world.work()
    world.announcer.fail_next("run_closed", Crash("record_completion"))
    world.finish_snapshots()
    assert world.announcer.closed == []
    world.reconcile()
    world.reconcile()
    assert len(world.announcer.closed) == 1


@pytest.mark.parametrize("error", [TemporaryError("no answer"), PermanentError("denied"), KeyError("oops")])
def test_trouble_with_one_run_never_stops_the_others(error: Exception) -> None:
    world = World(a_claim("mysql"))
    world.backup()
    world.work()
    world.backup(SLOT + timedelta(days=1))
    world.work()
    world.finish_snapshots(events=False)
    world.ebs.fail_next("find", error)
    report = world.reconcile()
    assert len(report.errors) == 1 and report.errors[0].startswith(world.the_run().id)  # type: ignore[union-attr]
    assert len(report.closed) == 1
    assert world.reconcile().closed == [world.the_run().id]  # type: ignore[union-attr]


def test_policies_are_checked_even_when_the_runs_cannot_be_listed() -> None:
    world = World(a_claim("mysql"))
    world.journal.fail_next("open_runs", TemporaryError("no answer"))
    report = world.reconcile()
    assert report.errors == ["open runs: no answer"]
    assert world.announcer.ages == {("myeks", "nightly"): timedelta()}


def test_freshness_is_the_age_of_the_newest_run_with_a_ready_point() -> None:
    world = World(a_claim("mysql"))
    world.backup()
    world.run_until_closed()
    del world.ebs.volumes["vol-mysql"]
    world.backup(SLOT + timedelta(days=1))
    world.clock.now = SLOT + timedelta(days=1, minutes=15)
    world.work()
    world.reconcile()
    assert world.announcer.ages["myeks", "nightly"] == timedelta(days=1, minutes=15)


def test_a_policy_that_never_had_a_good_run_ages_from_the_day_it_was_first_seen() -> None:
    world = World(policy=a_policy())
    world.reconcile()
    world.wait(hours=30)
    world.reconcile()
    assert world.announcer.ages["myeks", "nightly"] == timedelta(hours=30)


def test_a_policy_owes_the_slot_that_gave_no_good_point_in_time() -> None:
    world = World(a_claim("mysql"))
    world.backup()
    world.run_until_closed()
    tomorrow = SLOT + timedelta(days=1)
    world.calendar.slots = (SLOT, tomorrow, tomorrow + timedelta(days=1))
    for now, owed in (
        (tomorrow + timedelta(hours=2) - timedelta(seconds=1), ()),
        (tomorrow + timedelta(hours=2), ("every claim",)),
        (tomorrow + timedelta(days=3), ("every claim",)),
    ):
        world.clock.now = now
        world.reconcile()
        assert world.announcer.late_claims["myeks", "nightly"] == owed


def test_a_yearly_policy_is_not_late_because_its_last_run_is_long_ago() -> None:
    world = World(a_claim("mysql"))
    world.calendar.slots = (SLOT, SLOT + timedelta(days=365))
    world.clock.now = SLOT - timedelta(hours=1)
    world.reconcile()
    world.clock.now = SLOT
    world.backup()
    world.run_until_closed()
    world.wait(days=200)
    world.reconcile()
    assert world.announcer.late_claims["myeks", "nightly"] == ()


def test_a_paused_policy_owes_nothing() -> None:
    world = World(policy=a_policy(schedule=Schedule("cron(0 18 * * ? *)", enabled=False)))
    world.calendar.slots = (SLOT + timedelta(days=1),)
    world.reconcile()
    world.wait(days=9)
    world.reconcile()
    assert world.announcer.late_claims["myeks", "nightly"] == ()


def test_a_slot_in_the_future_is_not_older_than_now() -> None:
    world = World(a_claim("mysql"))
    world.clock.now = SLOT - timedelta(minutes=1)  # Scheduler's clock is a little ahead of ours
    world.backup()
    world.work()
    world.finish_snapshots()
    world.reconcile()
    assert world.announcer.ages["myeks", "nightly"] == timedelta()


def test_nothing_open_means_nothing_done() -> None:
    world = World()
    report = world.reconcile()
    assert (report.healed, report.closed, report.started, report.errors) == ({}, [], [], [])


def test_a_record_that_cannot_be_read_is_counted_and_told_and_stops_nothing() -> None:
    world = World(a_claim("mysql"))
    world.backup()
    world.work()
    world.finish_snapshots(events=False)
    name = "RUN#myeks.daily.20261124T120000Z RUN"
    for _ in range(9):
        world.journal.unreadable.names = [name]
        world.reconcile()
        world.wait(minutes=15)
    assert world.the_run().state.is_final  # type: ignore[union-attr]
    assert world.announcer.given_up[-1] == ("reconcile", 1)
    assert world.announcer.rung() == [f"record {name}"]


def test_a_sweep_that_does_not_run_any_more_rings_after_two_weeks_and_every_week() -> None:
    world = World(a_claim("mysql"))
    rung: list[int] = []
    for _ in range(31):
        world.reconcile()
        world.wait(hours=1)
        world.reconcile()
        rung.append(world.announcer.rung().count("sweep of myeks"))
        world.wait(hours=23)
    assert [day for day in range(1, 31) if rung[day] > rung[day - 1]] == [15, 22, 29]
    world.sweeper.run(PruneRequest(orphans=True))
    assert world.reconcile().given_up == {}
