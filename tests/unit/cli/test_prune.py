"""`snapkeep prune`: shown first, done when confirmed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.fakes.world import SLOT, World, a_claim, a_policy
from tests.unit.cli.conftest import Command


@pytest.fixture
def world() -> World:
    """Three daily points of which retention wants one."""
    world = World(a_claim("data"), policy=a_policy(retention={"last": 1}))
    for day in range(3):
        world.back_up(SLOT + timedelta(days=day))
    return world


def test_the_plan_is_shown_with_the_command_that_carries_it_out(snapkeep: Command, world: World) -> None:
    shown = snapkeep("prune")
    assert shown.code == 0
    assert len(shown.out.splitlines()) == 3
    assert "prune would delete 2 recovery points of cluster myeks, 1 stay" in shown.err
    assert len(world.ebs.all) == 3
    command = shown.err.split("to do it: ")[1].split()
    done = snapkeep(*command[1:])
    assert (done.code, len(world.ebs.all)) == (0, 1)
    assert "it is under way" in done.err


def test_a_token_of_another_plan_is_refused(snapkeep: Command, world: World) -> None:
    refused = snapkeep("prune", "--confirm", "0" * 16)
    assert refused.code == 3
    assert "is not the confirmed one" in refused.err
    assert len(world.ebs.all) == 3
