"""The functions of an incident die around any of their calls: the same events again lead to the same end."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from snapkeep.domain.interruption.rules import Draining
from tests.fakes.dying import INSTANCE, NODE, a_notice, an_instance
from tests.unit.snapkeep.services.backup.test_exactly_once import CrashAt
from tests.unit.snapkeep.services.interruption.dying_stories import a_spot_death, a_story, ending

NEVER = -1
MANAGED = {"eks.amazonaws.com/nodegroup": "spot"}
WAYS = list(Draining)
"""`auto` is played on a node whose drain is left to a node group, which does nothing."""


def lived(killer: CrashAt, drain: Draining) -> dict[str, object]:
    """The end of a spot instance's story with this killer at work."""
    story = a_story(killer, drain=drain)
    if drain is Draining.AUTO:
        story.world.nodes.nodes[NODE] = replace(story.world.node, labels=MANAGED)
    story.announce(a_spot_death(story))
    story.live()
    return ending(story)


@cache
def undisturbed(drain: Draining) -> tuple[dict[str, object], int]:
    """The end without a death, and how many calls led to it."""
    counter = CrashAt(NEVER, after=False)
    return lived(counter, drain), counter.calls


@pytest.mark.parametrize("drain", WAYS)
def test_the_undisturbed_end_is_a_good_one(drain: Draining) -> None:
    end, calls = undisturbed(drain)
    assert end["points"] == {"mysql": 1, "wordpress": 1}
    assert end["runs"] == ["completed"]
    assert (end["attachments"], end["taints"], end["waiting"], end["closed"]) == ([], [], (), True)
    assert calls > 60


def test_where_nobody_drains_the_pods_leave_as_where_snapkeep_does() -> None:
    ends = {drain: undisturbed(drain)[0]["pods"] for drain in WAYS}
    assert ends[Draining.AUTO] == ends[Draining.ON] != ends[Draining.OFF]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("drain", WAYS)
def test_a_death_around_any_call_leads_to_the_same_end(drain: Draining, after: bool) -> None:
    expected, calls = undisturbed(drain)
    for step in range(1, calls + 1):
        killer = CrashAt(step, after=after)
        assert lived(killer, drain) == expected, f"died around call {step}, {killer.crashed}"


def rings(killer: CrashAt, shown: tuple[str, ...], *, vanishes: bool) -> list[float]:
    """The volumes announced as missed, each time, for a node that nobody saves; its incident ends."""
    story = a_story(killer)
    world = story.world
    story.saves, story.vanishes = False, vanishes
    world.instances.all[INSTANCE] = an_instance(volumes=shown)
    story.announce([a_notice(world.clock())])
    story.live()
    assert world.record.closed_at, f"still open after a death around {killer.crashed}"
    told = [news.figures.get("VolumesMissed", 0) for news in world.news.steps]
    return [missed for missed in told if missed]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("shown", "vanishes", "missed"),
    [
        (("vol-mysql", "vol-wordpress"), False, 2),
        ((), False, 2),
        (("vol-mysql",), True, 1),
        ((), True, 1),
    ],
)
def test_a_node_that_nobody_saves_rings_whatever_call_a_function_dies_around(
    shown: tuple[str, ...], vanishes: bool, missed: int, after: bool
) -> None:
    counter = CrashAt(NEVER, after=False)
    assert rings(counter, shown, vanishes=vanishes) == [missed]
    for step in range(1, counter.calls + 1):
        killer = CrashAt(step, after=after)
        told = rings(killer, shown, vanishes=vanishes)
        assert told in ([missed], [missed] * 2), f"died around call {step}, {killer.crashed}"
