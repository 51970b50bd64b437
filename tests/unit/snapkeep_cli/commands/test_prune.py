"""`snapkeep prune`: shown first; done when asked, and past the brake when confirmed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.fakes.world import SLOT, World, a_claim, a_policy
from tests.unit.snapkeep_cli.conftest import Command


@pytest.fixture
def world() -> World:
    """Three daily points of which retention wants one."""
    world = World(a_claim("data"), policy=a_policy(retention={"last": 1}))
    for day in range(3):
        world.back_up(SLOT + timedelta(days=day))
    return world


def test_what_the_brake_refused_is_shown_with_the_command_that_does_it(
    snapkeep: Command, world: World
) -> None:
    shown = snapkeep("prune")
    assert shown.code == 0
    assert "prune would delete 0 recovery points of cluster myeks; 3 stay" in shown.err
    assert "the brake refused 2 deletions" in shown.err
    assert len(world.ebs.all) == 3
    command = shown.err.split("to do them: ")[1].split()
    done = snapkeep(*command[1:])
    assert (done.code, len(world.ebs.all)) == (0, 1)
    assert "it is in progress" in done.err and "the brake refused" not in done.err


def test_now_prunes_what_the_brake_lets_go(snapkeep: Command, world: World) -> None:
    snapkeep("prune", "--confirm", world.token())
    world.back_up(SLOT + timedelta(days=3))
    assert "prune would delete 1 recovery points" in snapkeep("prune").err
    assert len(world.ebs.all) == 2
    assert snapkeep("prune", "--now").code == 0
    assert len(world.ebs.all) == 1


def test_a_token_that_nothing_was_refused_under_is_refused(snapkeep: Command, world: World) -> None:
    refused = snapkeep("prune", "--confirm", "0" * 16)
    assert refused.code == 3
    assert "cluster myeks: no refusal has the token 0000" in refused.err
    assert len(world.ebs.all) == 3


@pytest.mark.parametrize("token", ["", "yes", "0" * 15])
def test_what_is_no_token_is_refused_instead_of_rehearsed(snapkeep: Command, token: str) -> None:
    refused = snapkeep("prune", "--cluster", "myeks", "--confirm", token)
    assert refused.code == 2
    assert f'"{token}" is no token of refused deletions' in refused.err
    assert "`snapkeep prune --cluster myeks` shows their tokens" in refused.err
