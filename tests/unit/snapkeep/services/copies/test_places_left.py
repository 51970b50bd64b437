"""Places that left the config, or moved, with copies in them or on their way."""

from __future__ import annotations

from dataclasses import replace

from snapkeep.domain.copies.records import CopyStage
from snapkeep.domain.troubles import TroubleKind
from tests.fakes.copies import BAD_KEY
from tests.fakes.copying import OSAKA, CopyWorld

KANSAI = replace(OSAKA, name="kansai")
MOVED = replace(OSAKA, region="ap-southeast-1")


def without_osaka(world: CopyWorld) -> None:
    """Rename the place, and let the rules copy to the new name."""
    rules = [replace(rule, to="kansai") for rule in world.deployment.policies[0].copies]
    policy = replace(world.deployment.policies[0], copies=tuple(rules))
    world.deployment = replace(world.deployment, places=(KANSAI,), policies=(policy,))
    world.build()


def test_copies_in_flight_are_settled_and_what_remains_is_told_weekly() -> None:
    world = CopyWorld("mysql")
    world.turn()
    without_osaka(world)
    world.turn()
    world.osaka.finish_copies()
    world.turn()
    stages = {record.place: record.stage for record in world.journal.copies.all.values()}
    assert stages == {"osaka": CopyStage.READY, "kansai": CopyStage.READY}
    assert world.held() == []
    world.wait(days=1, minutes=1)
    world.turn()
    (reason,) = world.told(TroubleKind.COPIES_LEFT)
    assert reason.startswith("1 copy remains in osaka (ap-northeast-3), which the config no longer names")
    assert "retire: true" in reason
    world.wait(days=7)
    world.turn()
    assert len(world.told(TroubleKind.COPIES_LEFT)) == 2


def test_a_copy_that_fails_there_is_told_and_not_tried_again() -> None:
    world = CopyWorld("mysql")
    world.turn()
    (sent,) = world.osaka.all
    world.wait(minutes=5)
    without_osaka(world)
    world.osaka.fails = [BAD_KEY]
    world.live(minutes=60)
    assert [each for each in world.told(TroubleKind.COPIES_LEFT) if sent in each and BAD_KEY in each]
    assert [record.stage for record in world.journal.copies.all.values()] == [
        CopyStage.FAILED,
        CopyStage.READY,
    ]


def test_a_place_without_copies_is_forgotten_and_one_that_comes_back_is_not_told() -> None:
    world = CopyWorld("mysql")
    world.live(minutes=10)
    named = world.deployment
    without_osaka(world)
    world.turn()
    world.deployment = named
    world.build()
    world.wait(days=8)
    world.turn()
    assert len(world.told(TroubleKind.COPIES_LEFT)) == 1
    world.osaka.all.clear()
    world.wait(days=2)
    world.turn()
    assert [known.name for known in world.journal.copies.places()] == ["osaka"]


def test_a_place_that_moved_names_both_regions_and_settles_what_was_begun() -> None:
    world = CopyWorld("mysql")
    world.turn()
    world.deployment = replace(world.deployment, places=(MOVED,))
    world.build()
    world.osaka.finish_copies()
    world.turn()
    (record,) = world.journal.copies.all.values()
    assert (record.region, record.stage) == (OSAKA.region, CopyStage.READY)
    (reason,) = world.told(TroubleKind.COPIES_LEFT)
    assert reason.startswith(
        "1 copy remains in osaka (ap-northeast-3), which the config has in ap-southeast-1"
    )
    world.turn()
    assert len(world.regions.region(MOVED.region).all) == 1


def test_trouble_with_a_region_that_was_left_does_not_stop_the_others() -> None:
    world = CopyWorld("mysql")
    world.turn()
    world.deployment = replace(world.deployment, places=(MOVED,))
    world.build()
    world.osaka.fail_next("get_many", *[OSError("no such host")] * 9)
    for _ in range(5):
        world.turn()
        world.wait(minutes=5)
    assert world.told(TroubleKind.WORK_GIVEN_UP) == ["unexpected OSError"]
    world.wait(days=1)
