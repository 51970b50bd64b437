"""The survey: what it counts, what is new, and which good point shields a deletion."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from snapkeep.domain import tags
from snapkeep.domain.deletions import LastPrune
from snapkeep.domain.lineages import PolicyRetention
from snapkeep.domain.retention import RetentionRules
from snapkeep.services.prune_survey import Survey, Surveyor
from tests.fakes.world import SLOT, World, a_claim, names

LINEAGE = "uid-shop-mysql/nightly"
DAY = timedelta(days=1)


def a_world(days: int) -> World:
    world = World(a_claim("mysql"))
    for number in range(days):
        world.back_up(SLOT + number * DAY)
    return world


def survey(world: World, last: LastPrune | None = None, keep: int = 1) -> Survey:
    policies = {"nightly": PolicyRetention(RetentionRules(last=keep))}
    surveyor = Surveyor("myeks", policies, last, timedelta(minutes=5), world.clock())
    return surveyor.survey(world.ebs.all.values())


def test_the_newest_good_point_that_stays_shields_the_others() -> None:
    world = a_world(3)
    newest = names(world.ebs.all.values())[-1]
    assert {planned.shield for planned in survey(world).deletions} == {newest}


def test_without_a_last_prune_nothing_is_new() -> None:
    assert survey(a_world(3)).new == {LINEAGE: 0}


def test_new_is_what_started_since_or_was_pending_then() -> None:
    world = a_world(3)
    first, *_ = names(world.ebs.all.values())
    assert survey(world, LastPrune("myeks", SLOT + DAY / 2)).new == {LINEAGE: 2}
    assert survey(world, LastPrune("myeks", SLOT + DAY / 2, (first,))).new == {LINEAGE: 3}
    assert survey(world, LastPrune("myeks", SLOT + 9 * DAY)).new == {LINEAGE: 0}


def test_a_duplicate_is_in_no_lineage() -> None:
    world = a_world(2)
    twin = names(world.ebs.all.values())[-1]
    world.ebs.add_tags(twin, {tags.DUPLICATE: "true"})
    assert survey(world).points == {LINEAGE: 1}
    assert survey(world).deletions == []


def test_what_was_let_through_weighs_nothing_any_more() -> None:
    plan = survey(a_world(4))
    assert [load.deletions for load in plan.loads([])] == [3]
    assert [load.deletions for load in plan.loads([plan.deletions[0].snapshot_id])] == [2]


def test_a_pending_snapshot_is_remembered_and_counts_nowhere() -> None:
    world = a_world(2)
    newest = names(world.ebs.all.values())[-1]
    world.ebs.all[newest] = replace(world.ebs.all[newest], state=type(world.ebs.all[newest].state).PENDING)
    found = survey(world)
    assert found.pending == [newest] and found.points == {LINEAGE: 1} and found.deletions == []
