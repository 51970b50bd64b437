"""reconcile: a tick of its schedule heals what events lost, and the answer says so."""

from __future__ import annotations

from lambdas.reconcile.handler import handle
from snapkeep.domain.points import PointState
from tests.fakes.world import World
from tests.unit.lambdas.conftest import Context, Load


def test_a_tick_heals_points_whose_events_were_lost(world: World, sample: Load, context: Context) -> None:
    world.backup()
    world.work()
    world.finish_snapshots(events=False)
    answer = handle(sample("reconcile/tick"), context)
    assert answer["closed"] == ["myeks.daily.20261124T180000Z"]
    assert set(world.states().values()) == {PointState.READY}


def test_a_tick_with_nothing_to_heal_does_nothing(world: World, sample: Load, context: Context) -> None:
    answer = handle(sample("reconcile/tick"), context)
    assert (answer["closed"], answer["healed"], answer["given_up"]) == ([], {}, {})
