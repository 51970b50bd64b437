"""Prune dies around any of its calls: what runs afterwards leaves what an undisturbed prune leaves."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.faults import Crash
from tests.unit.snapkeep.services.backup.test_exactly_once import CrashAt
from tests.unit.snapkeep.services.retention.busy_world import (
    DEEDS,
    POLICIES,
    BusyWorld,
    Deed,
    a_rich_history,
)

HISTORIES = st.lists(
    st.tuples(st.sampled_from([*POLICIES, *POLICIES, *DEEDS]), st.sampled_from([1, 5, 24, 24 * 9, 24 * 40])),
    min_size=3,
    max_size=14,
)
NEVER = -1
WAYS = ["retried at once", "next schedule"]


def undisturbed(history: list[Deed]) -> tuple[BusyWorld, int]:
    """A world after its prunes, and how many calls the first of them made."""
    counter = CrashAt(NEVER, after=False)
    world = BusyWorld(counter)
    world.live(history)
    confirm = world.token()
    counter.calls = 0
    world.prune(confirm=confirm)
    calls = counter.calls
    world.prune_all()
    return world, calls


def killed(history: list[Deed], step: int, *, after: bool, way: str) -> tuple[BusyWorld, str]:
    """A world whose prune died around a call, after its recovery; and the name of the call."""
    killer = CrashAt(NEVER, after=after)
    world = BusyWorld(killer)
    world.live(history)
    last = world.last_points()
    confirm = world.token()
    killer.step, killer.calls = step, 0
    with pytest.raises(Crash):
        world.prune(confirm=confirm)
    if way == "next schedule":
        world.wait(minutes=13)
    world.prune_all()
    for key, points in last.items():
        assert points <= set(world.ebs.all), f"the last good point of {key} went: {killer.crashed}"
    return world, killer.crashed


@pytest.mark.parametrize("after", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_death_around_any_call_changes_nothing_in_the_end(after: bool) -> None:
    history = a_rich_history()
    whole, calls = undisturbed(history)
    assert whole.orphans() == [] and calls > 60
    for step in range(1, calls + 1):
        world, crashed = killed(history, step, after=after, way=WAYS[step % 2])
        assert world.remains() == whole.remains(), f"step {step}: {crashed}"


@settings(max_examples=40, deadline=None)
@given(HISTORIES, st.integers(0, 10_000), st.booleans(), st.sampled_from(WAYS))
def test_so_it_is_for_any_history(history: list[Deed], number: int, after: bool, way: str) -> None:
    whole, calls = undisturbed(history)
    world, crashed = killed(history, number % calls + 1, after=after, way=way)
    assert world.remains() == whole.remains(), crashed
    assert world.orphans() == [], crashed
