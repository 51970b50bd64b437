"""Finding a claim's volume: what was journaled before the snapshots were cut is believed, not their tags."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from snapkeep.domain import tags
from snapkeep.domain.naming import point_id
from snapkeep.domain.points import Snapshot
from snapkeep.domain.times import compact
from snapkeep.services.find_volumes import FindVolumes
from tests.fakes.journal import MemoryJournal
from tests.fakes.world import SLOT, World, a_claim

UID = "uid-shop-mysql"


def a_world() -> World:
    world = World(a_claim("mysql"), a_claim("evil"))
    for day in range(3):
        world.back_up(SLOT + timedelta(days=day))
    return world


def forge(world: World, uid: str = UID) -> None:
    """Let the points of the claim evil say that they are the ones of mysql, at other slots."""
    for item in list(world.ebs.all.values()):
        if item.volume_id == "vol-evil":
            slot = item.started_at + timedelta(hours=1)
            name = point_id("mysql", "myeks", uid, "nightly", slot)
            forged = {tags.CLAIM: "mysql", tags.CLAIM_UID: uid, tags.SLOT: compact(slot), tags.POINT: name}
            world.ebs.all[item.id] = replace(item, tags=item.tags | forged)


def finder(world: World) -> FindVolumes:
    return FindVolumes(world.ebs, world.journal.points)


def test_the_points_that_were_planned_tell_the_volume() -> None:
    world = a_world()
    forge(world)
    assert finder(world).settled("myeks", [UID]) == {UID: "vol-mysql"}


def test_a_forged_point_that_names_a_planned_one_tells_the_planned_volume() -> None:
    world = a_world()
    planned = [item.tags for item in world.ebs.all.values() if item.volume_id == "vol-mysql"]
    for item in list(world.ebs.all.values()):
        world.ebs.all[item.id] = replace(item, tags=dict(planned[0]))
    assert finder(world).settled("myeks", [UID]) == {UID: "vol-mysql"}


def test_a_record_of_another_claim_tells_nothing() -> None:
    world = a_world()
    for item in list(world.ebs.all.values()):
        world.ebs.all[item.id] = replace(item, tags=item.tags | {tags.CLAIM_UID: UID})
    assert finder(world).settled("myeks", [UID]) == {UID: "vol-mysql"}
    assert finder(world).settled("other", [UID]) == {}


def test_a_lost_journal_tells_nothing_and_the_oldest_snapshot_is_the_best_guess() -> None:
    world = a_world()
    forge(world)
    world.journal = MemoryJournal()
    mine = [item for item in world.ebs.all.values() if item.volume_id == "vol-mysql"]
    forged = [item for item in world.ebs.all.values() if item.volume_id == "vol-evil"]
    assert finder(world).settled("myeks", [UID]) == {}
    assert finder(world).best("myeks", UID, [*forged[1:], *mine]) == "vol-mysql"
    assert finder(world).best("myeks", UID, []) == ""


def test_of_snapshots_that_name_one_point_those_of_its_volume_are_its_own() -> None:
    world = a_world()
    item = next(item for item in world.ebs.all.values() if item.volume_id == "vol-mysql")
    copy: Snapshot = replace(item, id="snap-copy", volume_id="vol-ffffffff")
    name = item.tags[tags.POINT]
    assert finder(world).own(name, [copy, item]) == [item]
    assert finder(world).own(name, [copy]) == [copy]
    world.journal = MemoryJournal()
    assert finder(world).own(name, [copy, item]) == [copy, item]
