"""One prune of a cluster at a time: what a second one says, and what a dead one leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain.errors import TemporaryError
from tests.fakes.faults import Crash
from tests.unit.snapkeep.services.retention.prune_worlds import a_world


def test_while_a_prune_that_died_may_be_at_work_another_one_says_so_and_deletes_nothing() -> None:
    world = a_world(5)
    world.ebs.crash_after("delete")
    with pytest.raises(Crash):
        world.prune(owner="invocation-1")
    report = world.prune(owner="invocation-2")
    until = (world.clock() + timedelta(minutes=12)).strftime("%Y-%m-%d %H:%M UTC")
    assert "another prune of this cluster (invocation-1)" in report.refused and until in report.refused
    assert len(world.ebs.all) == 4
    assert world.prune(owner="invocation-2", dry_run=True).refused == ""
    world.wait(minutes=12)
    assert world.prune(owner="invocation-2").refused == ""
    assert len(world.ebs.all) == 3 and world.journal.deletions.under_way == {}


def test_a_prune_that_dies_is_retried_under_its_own_name_at_once() -> None:
    world = a_world(5)
    world.ebs.crash_after("delete")
    with pytest.raises(Crash):
        world.prune(owner="invocation-1")
    assert world.prune(owner="invocation-1").refused == ""
    assert len(world.ebs.all) == 3


@pytest.mark.parametrize("trouble", ["nothing", "listing", "brake"])
def test_a_prune_that_ended_lets_the_next_one_in(trouble: str) -> None:
    world = a_world(10, prune_first=trouble != "brake")
    if trouble == "listing":
        world.ebs.fail_next("find", TemporaryError("page 2 was lost"))
    world.prune(owner="invocation-1")
    assert "another prune" not in world.prune(owner="invocation-2").refused


def test_a_lease_that_cannot_be_taken_or_given_back_loses_nothing() -> None:
    world = a_world(4)
    world.journal.fail_next("lease_prune", TemporaryError("no answer"))
    assert "no answer" in world.prune().refused and len(world.ebs.all) == 4
    world.journal.fail_next("release_prune", TemporaryError("no answer"))
    assert world.prune().refused == "" and len(world.ebs.all) == 3
