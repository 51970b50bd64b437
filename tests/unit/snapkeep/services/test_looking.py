"""Looking: which snapshots that exist already belong to which points."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain import tags
from snapkeep.services.looking import belongs_to, description_of, existing_of
from tests.fakes.world import World, a_claim, a_policy, on_one_volume


@pytest.fixture
def world() -> World:
    world = World(a_claim("mysql"), a_claim("wordpress"))
    world.backup()
    return world


def test_nothing_exists_before_anything_was_created(world: World) -> None:
    assert existing_of(world.ebs, world.points()) == {}
    assert existing_of(world.ebs, []) == {}


def test_the_oldest_snapshot_is_the_points_own(world: World) -> None:
    point = world.point("mysql")
    world.wait(minutes=1)
    first = world.ebs.create("vol-mysql", tags.full_tags(point), "")
    world.wait(minutes=1)
    world.ebs.create("vol-mysql", tags.full_tags(point), "")
    assert existing_of(world.ebs, world.points()) == {point.id: first}


def test_a_marked_duplicate_is_nobodys_snapshot(world: World) -> None:
    world.ebs.create("vol-mysql", tags.full_tags(world.point("mysql")) | {tags.DUPLICATE: "true"}, "")
    assert existing_of(world.ebs, world.points()) == {}


def test_a_snapshot_of_another_run_or_of_somebody_else_does_not_count(world: World) -> None:
    full = tags.full_tags(world.point("mysql"))
    world.ebs.create("vol-mysql", full | {tags.RUN: "myeks.nightly.20261123T180000Z"}, "")
    world.ebs.create("vol-mysql", full | {tags.MANAGED: "false"}, "")
    assert existing_of(world.ebs, world.points()) == {}


def test_the_volume_decides_and_not_what_a_tag_says(world: World) -> None:
    mysql, wordpress = (replace(world.point(name), group="shop/app") for name in ("mysql", "wordpress"))
    copied = world.ebs.create("vol-wordpress", tags.full_tags(mysql), "")
    untold = world.ebs.create("vol-mysql", tags.identity_tags(mysql), "a member of a group, just cut")
    assert not belongs_to(copied, mysql) and not belongs_to(copied, wordpress)
    assert belongs_to(untold, mysql) and not belongs_to(untold, wordpress)
    assert existing_of(world.ebs, [mysql, wordpress]) == {mysql.id: untold}


def test_the_tags_decide_between_claims_on_one_volume() -> None:
    world = World(*on_one_volume("a", "b", labels={"app": "x"}), policy=a_policy(group_label="app"))
    world.backup()
    first, second = sorted(world.points(), key=lambda point: point.id)
    assert (first.behind, second.behind) == ("", first.id)
    cut_for_the_group = world.ebs.create("vol-a", tags.identity_tags(first), "")
    own = world.ebs.create("vol-a", tags.full_tags(second), "")
    assert belongs_to(cut_for_the_group, first) and not belongs_to(cut_for_the_group, second)
    assert belongs_to(own, second) and not belongs_to(own, first)
    assert existing_of(world.ebs, world.points()) == {first.id: cut_for_the_group, second.id: own}


def test_what_names_no_point_belongs_to_no_claim_outside_of_its_group(world: World) -> None:
    mysql = world.point("mysql")
    nameless = world.ebs.create("vol-mysql", tags.identity_tags(mysql), "")
    of_another = world.ebs.create("vol-mysql", tags.identity_tags(replace(mysql, group="shop/x")), "")
    assert not belongs_to(nameless, mysql) and not belongs_to(of_another, replace(mysql, group="shop/y"))


def test_a_description_is_for_people(world: World) -> None:
    assert description_of(world.point("mysql")) == "Snapkeep nightly: shop/mysql of myeks"
