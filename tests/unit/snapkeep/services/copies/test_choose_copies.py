"""Which points are candidates for a place: those of the rules that copy there, and of built-in policies."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain import tags
from snapkeep.domain.backup.runs import Skipped
from snapkeep.domain.errors import PermanentError
from snapkeep.domain.naming import point_id
from snapkeep.domain.policies import ON_DEMAND, Operator, Requirement, Selection
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


def with_a_new_claim(**policy: Any) -> tuple[CopyWorld, str]:
    """A world without any point of the policy, and a point on demand of a claim that it may select."""
    world = CopyWorld("mysql", rule=to_osaka(also=(ON_DEMAND,)))
    wanted = on_demand_point(world, "mysql")
    for each in list(world.ebs.all.values()):
        if each.tags[tags.POLICY] != ON_DEMAND:
            del world.ebs.all[each.id]
    changed = replace(world.deployment.policies[0], **policy)
    world.deployment = replace(world.deployment, policies=(changed,))
    world.build()
    return world, wanted


def copied(world: CopyWorld) -> list[str]:
    world.live(minutes=10)
    return [each.tags[tags.POINT] for each in world.osaka.all.values()]


BY_LABEL = Selection(labels=(Requirement("app", Operator.EXISTS),))


def test_a_claim_that_no_run_knows_yet_is_the_policys_by_what_its_point_says() -> None:
    world, wanted = with_a_new_claim(selection=Selection(namespaces=("shop",)))
    assert copied(world) == [wanted]


@pytest.mark.parametrize(
    "selection",
    [
        *(Selection(namespaces=("web",)), Selection(exclude_namespaces=("sh*",)), BY_LABEL),
        *(Selection(storage_classes=("io2",)), Selection(min_bytes=2**50), Selection(max_bytes=1)),
        Selection(opt_in_only=True),
    ],
    ids=str,
)
def test_a_claim_that_the_policy_does_not_select_or_may_not_is_not_the_policys(selection: Selection) -> None:
    world, _ = with_a_new_claim(selection=selection)
    assert copied(world) == []


def test_a_claim_that_the_newest_run_skipped_is_not_the_policys() -> None:
    world, _ = with_a_new_claim()
    (run,) = world.journal.runs.runs_of("myeks", "nightly", SLOT)
    world.journal.runs.add_skipped(run.id, [Skipped("shop/mysql", "excluded", "its owner opted out")])
    assert copied(world) == []


def test_a_claim_whose_own_points_failed_is_still_the_policys() -> None:
    world, wanted = with_a_new_claim(selection=BY_LABEL)  # copy_points asks the journal alone
    world.deployment = replace(
        world.deployment, policies=(replace(world.deployment.policies[0], selection=Selection()),)
    )
    world.ebs.fail_next("create", *[PermanentError("IncorrectState")] * 5)
    world.back_up_again(SLOT + timedelta(days=1))
    assert copied(world) == [wanted]


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
