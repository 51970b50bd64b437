"""Carrying out: permitted deletions continue where they stopped, at EC2's pace."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain.errors import Throttled
from tests.fakes.faults import Crash
from tests.fakes.world import SLOT, World, a_claim
from tests.unit.snapkeep.services.retention.prune_worlds import EVERY, a_world


def test_a_throttle_ends_the_run_and_the_next_one_goes_on() -> None:
    world = a_world(5)
    world.ebs.fail_next("delete", Throttled("RequestLimitExceeded"))
    assert world.prune().refused == ""
    assert len(world.ebs.all) == 5
    world.prune()
    assert len(world.ebs.all) == 3 and world.journal.deletions.under_way == {}


def test_out_of_time_a_prune_leaves_the_rest_to_the_next_one() -> None:
    world = World(*(a_claim(f"c{number}") for number in range(60)))
    for number in range(3):
        world.back_up(SLOT + number * EVERY)
    world.prune()
    world.back_up(SLOT + 3 * EVERY)
    delete = world.ebs.delete

    def slowly(snapshot_id: str) -> None:
        world.wait(seconds=20)
        delete(snapshot_id)

    world.ebs.delete = slowly  # type: ignore[method-assign]
    first = world.prune()
    assert first.counts["deleted"] == 25 and len(world.journal.deletions.under_way) == 35
    assert world.prune().counts["deleted"] == 25
    assert world.prune().counts["deleted"] == 10
    assert len(world.ebs.all) == 180 and world.journal.deletions.under_way == {}


def test_a_confirmed_plan_that_was_interrupted_goes_on_without_asking_again() -> None:
    world = a_world(10, prune_first=False)
    token = world.prune().refusals[0].token
    world.ebs.crash_after("delete")
    with pytest.raises(Crash):
        world.prune(confirm=token)
    assert len(world.ebs.all) == 9
    assert world.prune().refused == ""
    assert len(world.ebs.all) == 3 and world.journal.deletions.under_way == {}


def test_beyond_the_burst_deletions_keep_the_pace() -> None:
    world = World(*(a_claim(f"c{number}") for number in range(60)))
    for number in range(4):
        world.back_up(SLOT + number * EVERY)
        world.prune()
    assert len(world.ebs.all) == 180
    assert world.pauses == [timedelta(seconds=0.4)] * 10
