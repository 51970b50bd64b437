"""The catalogue is brought in line with EC2 by prune, which lists everything anyway."""

from __future__ import annotations

import pytest

from snapkeep.domain import tags
from snapkeep.domain.errors import TemporaryError
from tests.fakes.world import SLOT, World, a_claim


def places(world: World) -> list[str]:
    return [entry.snapshot_id for entry in world.journal.catalogue.all_entries("myeks")]


def a_world() -> World:
    world = World(a_claim("data"))
    world.back_up(SLOT)
    return world


def test_a_lost_catalogue_is_whole_again_after_the_next_prune() -> None:
    world = a_world()
    world.journal.catalogue.all.clear()
    world.prune()
    assert places(world) == list(world.ebs.all)
    assert world.journal.catalogue.catalogue_complete_since("myeks") == world.clock()


def test_what_somebody_deleted_by_hand_is_forgotten_once_ec2_had_time_to_show_it() -> None:
    world = a_world()
    world.ebs.all.clear()
    world.prune()
    assert len(places(world)) == 1, "EC2's listings may lag"
    world.wait(hours=2)
    world.prune()
    assert places(world) == []


def test_a_listing_that_fails_changes_nothing() -> None:
    world = a_world()
    known = places(world)
    world.wait(hours=2)
    world.ebs.fail_next("find", TemporaryError("EC2 did not answer"))
    world.prune()
    assert places(world) == known
    assert world.journal.catalogue.catalogue_complete_since("myeks") is None


@pytest.mark.parametrize(("minutes", "compared"), [(5, False), (55, True)])
def test_it_is_compared_about_every_hour(minutes: int, compared: bool) -> None:
    world = a_world()
    world.prune()
    world.journal.catalogue.all.clear()
    world.wait(minutes=minutes)
    world.prune()
    assert bool(places(world)) is compared


def test_a_rehearsal_writes_nothing() -> None:
    world = a_world()
    world.journal.catalogue.all.clear()
    world.prune(dry_run=True)
    assert places(world) == []


def test_twins_and_what_names_no_point_are_not_listed() -> None:
    world = a_world()
    (snapshot,) = world.ebs.all.values()
    snapshot.tags[tags.DUPLICATE] = "true"
    world.wait(hours=2)
    world.prune()
    assert places(world) == []


def test_a_snapshot_that_completes_while_ec2_is_listed_stays() -> None:
    world = a_world()
    (snapshot,) = world.ebs.all.values()
    named = dict(snapshot.tags)
    known = places(world)
    world.wait(hours=2)

    def not_yet() -> None:
        snapshot.tags.clear()
        snapshot.tags.update({key: named[key] for key in (tags.MANAGED, tags.CLUSTER)})

    def named_now() -> None:
        snapshot.tags.update(named)

    world.ebs.meanwhile("find", not_yet)
    world.journal.deletions.meanwhile("knows_deletion", named_now)
    world.prune()
    assert places(world) == known
