"""`snapkeep describe claim`: why it is safe, the fate of each point, the command that restores it."""

from __future__ import annotations

import json
import shlex
from datetime import timedelta

from tests.fakes.world import SLOT, World
from tests.unit.snapkeep_cli.conftest import Command


def test_a_claim_shows_its_policy_its_points_with_reasons_and_the_command(
    snapkeep: Command, world: World
) -> None:
    world.back_up(SLOT + timedelta(days=1))
    out = snapkeep("describe", "claim", "shop/data").out
    assert "policy nightly; its last good recovery point is 0 min old" in out
    assert "2026-11-25T18:00:00Z  nightly  ready  4Gi   checks are off  stays  last 1/3" in out
    assert "2026-11-24T18:00:00Z  nightly  ready  4Gi   checks are off  stays  last 2/3" in out
    assert snapkeep("describe", "claim", "data", "-n", "shop").out == out


def test_the_command_it_prints_works(snapkeep: Command) -> None:
    command = json.loads(snapkeep("describe", "claim", "shop/data", "-o", "json").out)["restore"]["command"]
    ended = snapkeep(*shlex.split(command)[1:], "--dry-run")
    assert ended.code == 0, ended.err


def test_a_claim_that_is_gone_still_shows_its_points(snapkeep: Command, world: World) -> None:
    world.cluster.claim_list.clear()
    out = snapkeep("describe", "claim", "shop/data").out
    assert "the claim no longer exists in the cluster; 1 recovery point is left" in out


def test_a_claim_nobody_knows_is_not_found_and_a_namespace_is_needed(snapkeep: Command) -> None:
    assert snapkeep("describe", "claim", "shop/none").code == 4
    assert snapkeep("describe", "claim", "none").code == 2
