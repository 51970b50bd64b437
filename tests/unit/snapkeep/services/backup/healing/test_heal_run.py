"""A run that lost its planner, its points or its announcement still ends."""

from __future__ import annotations

import pytest

from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.errors import TemporaryError
from tests.fakes.faults import Crash
from tests.fakes.world import SLOT, World, a_claim


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
