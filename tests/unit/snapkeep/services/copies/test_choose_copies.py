"""Which points are candidates for a place: those of the rules that copy there, and of built-in policies."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.errors import PermanentError
from snapkeep.domain.naming import point_id
from snapkeep.domain.policies import ON_DEMAND
from tests.fakes.copying import CopyWorld, to_osaka
from tests.fakes.world_reads import SLOT


def on_demand_point(world: CopyWorld, claim: str) -> str:
    """A ready point of that claim that somebody asked for; returns its id."""
    like = next(each for each in world.ebs.all.values() if each.tags[tags.CLAIM] == claim)
    present = like.tags | {tags.POLICY: ON_DEMAND}
    uid, name = present[tags.CLAIM_UID], present[tags.DEPLOYMENT]
    present[tags.POINT] = point_id(claim, "myeks", uid, ON_DEMAND, SLOT, name)
    world.ebs.put(replace(like, id=f"snap-on-demand-{claim}", tags=present))
    return present[tags.POINT]


@pytest.mark.parametrize("also", [(), (ON_DEMAND,)])
def test_points_of_built_in_policies_are_copied_if_the_rule_says_so(also: tuple[str, ...]) -> None:
    world = CopyWorld("mysql", rule=to_osaka(also=also))
    wanted = on_demand_point(world, "mysql")
    world.live(minutes=10)
    copied = {each.tags[tags.POINT]: each for each in world.osaka.all.values()}
    assert (wanted in copied) == bool(also)
    assert len(copied) == 1 + len(also)
    assert set(world.osaka.locks) == {each.id for each in copied.values()}


@pytest.mark.parametrize("planned", [True, False])
def test_a_claim_whose_own_points_failed_is_still_the_policys(planned: bool) -> None:
    world = CopyWorld("mysql", rule=to_osaka(also=(ON_DEMAND,)))
    wanted = on_demand_point(world, "mysql")
    for each in list(world.ebs.all.values()):
        if each.tags[tags.POLICY] != ON_DEMAND:
            del world.ebs.all[each.id]
    if planned:
        world.ebs.fail_next("create", *[PermanentError("IncorrectState")] * 5)
        world.back_up_again(SLOT + timedelta(days=1))
    world.live(minutes=10)
    copied = [each.tags[tags.POINT] for each in world.osaka.all.values()]
    assert copied == ([wanted] if planned else [])


def test_a_rule_for_another_place_copies_nothing_here() -> None:
    world = CopyWorld("mysql", rule=to_osaka(to="elsewhere"))
    world.live(minutes=10)
    assert not world.osaka.all


def test_duplicates_and_unfinished_points_are_not_copied() -> None:
    world = CopyWorld("mysql", "wordpress")
    for each in list(world.ebs.all.values()):
        marked = {**each.tags, tags.DUPLICATE: "true"}
        if each.tags[tags.CLAIM] == "mysql":
            world.ebs.all[each.id] = replace(each, tags=marked)
    world.live(minutes=10)
    assert list(world.copies()) == ["wordpress"]


def test_a_new_place_begins_with_the_newest_points() -> None:
    world = CopyWorld("mysql", rule=to_osaka(backfill=2))
    for day in (1, 2):
        world.back_up_again(SLOT + timedelta(days=day))
    report = world.turn()
    assert (len(world.osaka.all), report.passed_over) == (2, 1)
