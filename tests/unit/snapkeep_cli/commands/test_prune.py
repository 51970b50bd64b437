"""`snapkeep prune`: shown first; done when asked, and past the brake when confirmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from tests.fakes.world import SLOT, World, a_claim, a_policy
from tests.unit.snapkeep.services.efs.pruning.prune_world import PruneWorld
from tests.unit.snapkeep_cli.conftest import Command, connected


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


def test_file_systems_are_shown_and_pruned_by_an_option_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    file_systems = PruneWorld({"last": 10})
    file_systems.nights(6)
    (policy,) = file_systems.deployment.policies
    file_systems.configure(replace(policy, retention={"last": 1}))
    file_systems.prune()
    file_systems.clock.forward(hours=73)
    snapkeep = connected(cast(Any, file_systems), monkeypatch)

    shown = snapkeep("prune", "--file-systems")
    assert "prune would delete 0 recovery points of file systems; 12 stay" in shown.err
    command = shown.err.split("to do them: ")[1].split()
    assert command[:3] == ["snapkeep", "prune", "--file-systems"]
    assert (snapkeep(*command[1:]).code, len(file_systems.good())) == (0, 1)
    file_systems.night(prune=False)
    assert "AWS BACKUP RECOVERY POINT" in snapkeep("prune", "--file-systems").out
    refused = snapkeep("prune", "--file-systems", "--confirm", "0" * 16)
    assert refused.code == 3 and "file systems: no refusal has the token" in refused.err


def test_file_systems_belong_to_no_cluster(snapkeep: Command) -> None:
    refused = snapkeep("prune", "--file-systems", "--cluster", "myeks")
    assert refused.code == 2 and "give --file-systems alone" in refused.err
