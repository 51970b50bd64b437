"""Looking: which snapshots that exist already belong to which points."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import USUAL_NAME, Method
from snapkeep.services.backup.taking.find_snapshots import belongs_to, cut_for, existing_of
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


def test_what_was_cut_before_the_run_was_accepted_is_of_an_earlier_moment(world: World) -> None:
    point = world.point("mysql")
    made = world.ebs.create("vol-mysql", tags.full_tags(point), "")
    for seconds, is_own in ((59, True), (60, True), (61, False), (86400, False)):
        early = replace(made, started_at=point.accepted_at - timedelta(seconds=seconds))
        assert belongs_to(early, point) is is_own
        world.ebs.all[made.id] = early
        assert (point.id in existing_of(world.ebs, world.points())) is is_own


def test_only_what_was_cut_for_the_very_volume_snapshot_of_a_point_is_its_own() -> None:
    world = World(a_claim("mysql"), policy=a_policy(method=Method.CSI))
    world.backup()
    world.work()
    point = world.point("mysql")
    named = tags.class_tags("myeks", USUAL_NAME) | tags.snapshot_object_tags(point)
    own = world.ebs.create("vol-mysql", named, "")
    assert belongs_to(own, point)
    other_nonce = f"{point.id}-fedcba9876543210"
    for name, namespace in ((point.id, "shop"), (other_nonce, "shop"), (point.volume_snapshot, "evil")):
        wrong = named | {tags.SNAPSHOT_NAME: name, tags.SNAPSHOT_NAMESPACE: namespace}
        assert not belongs_to(replace(own, tags=wrong), point)


@pytest.mark.parametrize("method", [Method.CSI, Method.EBS])
def test_before_its_intent_a_point_has_no_volume_snapshot_whatever_is_named_so(method: Method) -> None:
    world = World(a_claim("mysql"), policy=a_policy(method=method))
    world.backup()
    point = world.point("mysql")
    named = {tags.SNAPSHOT_NAMESPACE: "shop", tags.SNAPSHOT_NAME: point.id}
    made = world.ebs.create("vol-mysql", tags.class_tags("myeks", USUAL_NAME) | named, "")
    assert not belongs_to(made, point)
    assert cut_for(world.ebs, point) == []


def test_what_an_earlier_version_intended_without_a_nonce_is_found_by_the_points_name() -> None:
    world = World(a_claim("mysql"), policy=a_policy(method=Method.CSI))
    world.backup()
    planned = world.point("mysql")
    named = {tags.SNAPSHOT_NAMESPACE: "shop", tags.SNAPSHOT_NAME: planned.id}
    made = world.ebs.create("vol-mysql", tags.class_tags("myeks", USUAL_NAME) | named, "")
    for point in (
        replace(planned, state=PointState.CREATING),
        replace(planned, method=Method.EBS, fell_back=True),
    ):
        assert belongs_to(made, point)
        assert cut_for(world.ebs, point) == [made]
