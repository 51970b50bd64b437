"""Looking: which snapshots that exist already belong to which points."""

from __future__ import annotations

import pytest

from snapkeep.domain import tags
from snapkeep.services.looking import belongs_to, description_of, existing_of
from tests.fakes.world import World, a_claim


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
    mysql, wordpress = world.point("mysql"), world.point("wordpress")
    copied = world.ebs.create("vol-wordpress", tags.full_tags(mysql), "")
    untold = world.ebs.create("vol-mysql", tags.identity_tags(mysql), "a member of a group, just cut")
    assert not belongs_to(copied, mysql) and not belongs_to(copied, wordpress)
    assert belongs_to(untold, mysql) and not belongs_to(untold, wordpress)
    assert existing_of(world.ebs, world.points()) == {mysql.id: untold}


def test_a_description_is_for_people(world: World) -> None:
    assert description_of(world.point("mysql")) == "Snapkeep nightly: shop/mysql of myeks"
