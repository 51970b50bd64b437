"""The objects of a run are saved when it was planned, and its plan never depends on that."""

from __future__ import annotations

from snapkeep.domain.backup.runs import Run, RunState
from snapkeep.domain.errors import TemporaryError
from snapkeep.wiring import objects
from tests.fakes.saving import SavingWorld
from tests.fakes.world import SLOT


def planned(world: SavingWorld, state: RunState = RunState.RUNNING) -> None:
    """A run that has just been planned."""
    run = Run("run", "myeks", world.policy.name, SLOT, accepted_at=SLOT, state=state)
    objects.save_beside(world.ports()).start(run)


def test_a_planned_run_has_its_objects_saved_at_once() -> None:
    world = SavingWorld()
    planned(world)
    planned(world, RunState.COMPLETED)
    assert world.objects_saver.asked == ["myeks", "myeks"]


def test_what_is_no_run_yet_or_saves_nothing_starts_nothing() -> None:
    world, bare = SavingWorld(), SavingWorld(objects=None)
    planned(world, RunState.PLANNING)
    planned(bare)
    objects.save_beside(world.ports()).start(None)
    assert world.objects_saver.asked == bare.objects_saver.asked == []


def test_a_start_that_fails_is_left_to_the_next_tick() -> None:
    world = SavingWorld()
    world.objects_saver.fail_next("save_objects", TemporaryError("Rate exceeded"))
    planned(world)
    assert world.objects_saver.asked == []
