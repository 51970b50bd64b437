"""Turns at a place: what is tried again, given up, told, and when there is room."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.copies.places import IN_FLIGHT
from snapkeep.domain.copies.records import MOST_ATTEMPTS, CopyStage
from snapkeep.domain.errors import Forbidden, PermanentError, Throttled
from snapkeep.domain.troubles import TroubleKind
from tests.fakes.copying import OSAKA, CopyWorld
from tests.fakes.world_reads import SLOT

DAY = timedelta(days=1)


def test_a_point_that_was_given_up_is_not_replaced_by_an_older_one() -> None:
    world = CopyWorld("mysql")
    world.back_up_again(SLOT + DAY)
    world.osaka.closed_keys.add(OSAKA.kms_key)
    world.live(minutes=180)
    assert world.osaka.calls["copy"] == MOST_ATTEMPTS
    assert len(world.journal.copies.all) == 1


def test_no_more_copies_are_in_progress_than_the_share_of_the_limit() -> None:
    names = [f"claim-{number:02}" for number in range(IN_FLIGHT + 3)]
    world = CopyWorld(*names, lag=timedelta(minutes=2))
    for _ in range(3):
        report = world.turn()
    assert len(world.osaka.all) == IN_FLIGHT
    assert report.waiting == 3
    world.wait(minutes=3)
    world.finish(events=0)
    world.turn()
    assert len(world.osaka.all) == len(names)


def test_other_copies_of_ours_in_progress_take_room() -> None:
    world = CopyWorld("mysql")
    world.turn()
    (copy,) = world.osaka.all.values()
    for number in range(IN_FLIGHT):
        twin = replace(copy, id=f"snap-other-{number}", tags=copy.tags | {tags.DUPLICATE: "true"})
        world.osaka.put(twin)
    world.back_up_again(SLOT + DAY)
    assert world.turn().waiting == 1


def test_a_copy_whose_record_is_lost_is_not_made_again() -> None:
    world = CopyWorld("mysql")
    world.live(minutes=10)
    world.journal.copies.all.clear()
    world.live(minutes=20)
    assert world.osaka.calls["copy"] == 1


def test_a_copy_that_retention_or_somebody_deleted_is_not_made_again() -> None:
    world = CopyWorld("mysql")
    world.live(minutes=10)
    world.osaka.all.clear()
    world.live(minutes=30)
    assert world.osaka.calls["copy"] == 1


def test_a_place_is_left_to_the_invocation_that_works_on_it() -> None:
    world = CopyWorld("mysql")
    now = world.clock()
    assert world.journal.copies.lease_place("osaka", "somebody", now + timedelta(minutes=6), now)
    assert world.turn().busy
    assert not world.osaka.all
    world.wait(minutes=6)
    assert not world.turn().busy
    assert len(world.osaka.all) == 1


def test_a_place_that_retires_gets_no_copies_and_those_begun_are_settled() -> None:
    world = CopyWorld("mysql")
    world.turn()
    world.deployment = replace(world.deployment, places=(replace(OSAKA, retire=True),))
    world.build()
    world.back_up_again(SLOT + DAY)
    world.live(minutes=20)
    assert world.osaka.calls["copy"] == 1
    assert world.records()["mysql"].stage is CopyStage.READY


@pytest.mark.parametrize("error", [PermanentError("no such option"), Throttled("slow down")])
def test_a_place_that_cannot_be_listed_copies_nothing_and_is_told(error: Exception) -> None:
    world = CopyWorld("mysql")
    world.osaka.fail_next("find", *[error] * 5)
    for _ in range(5):
        world.turn()
        world.wait(minutes=5)
    assert not world.osaka.all
    assert [topic.kind for topic, _, _ in world.news.troubles] == [TroubleKind.WORK_GIVEN_UP]
    world.turn()
    assert len(world.osaka.all) == 1


def test_trouble_with_one_point_does_not_stop_the_others() -> None:
    world = CopyWorld()
    world.ebs.fail_next("add_tags", Forbidden("hold: UnauthorizedOperation"))
    report = world.turn()
    assert (len(report.started), len(report.given_up)) == (1, 1)
    world.live(minutes=15)
    assert sorted(world.copies()) == ["mysql", "wordpress"]


def test_a_pass_without_trouble_is_a_sign_of_life() -> None:
    world = CopyWorld("mysql")
    world.turn()
    assert world.news.given_up == [("copy_points", 0)]


def test_a_place_that_moved_to_another_region_begins_anew_with_the_newest_points() -> None:
    world = CopyWorld("mysql")
    world.live(minutes=10)
    there = replace(OSAKA, region="ap-southeast-1")
    world.deployment = replace(world.deployment, places=(there,))
    world.osaka = world.regions.region(there.region)
    world.build()
    world.live(minutes=10)
    assert len(world.copies()["mysql"]) == 1
    assert world.records()["mysql"].region == there.region
