"""Copies that were given up, as people are told about them: by claim, and why."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain.copies.records import MOST_ATTEMPTS, CopyStage
from snapkeep.domain.troubles import TroubleKind
from tests.fakes.copies import BAD_KEY, NO_SOURCE
from tests.fakes.copying import OSAKA, CopyWorld
from tests.fakes.world_reads import SLOT

DAY = timedelta(days=1)


def test_a_disabled_key_is_told_after_the_last_attempt_and_then_weekly() -> None:
    world = CopyWorld("mysql")
    world.osaka.closed_keys.add(OSAKA.kms_key)
    world.live(minutes=180)
    assert world.osaka.calls["copy"] == MOST_ATTEMPTS
    assert world.records()["mysql"].stage is CopyStage.GIVEN_UP
    (reason,) = world.told(TroubleKind.COPY_FAILED)
    assert f"attempt {MOST_ATTEMPTS}" in reason and BAD_KEY in reason
    world.wait(days=7)
    world.turn()
    world.turn()
    assert len(world.told(TroubleKind.COPY_FAILED)) == 2
    assert world.osaka.calls["copy"] == MOST_ATTEMPTS


def test_a_newer_copy_ends_the_trouble_of_one_that_was_given_up() -> None:
    world = CopyWorld("mysql")
    world.osaka.fails = [BAD_KEY] * MOST_ATTEMPTS
    world.live(minutes=120)
    assert len(world.told(TroubleKind.COPY_FAILED)) == 1
    world.back_up_again(SLOT + DAY)
    world.live(minutes=30)
    assert len(world.copies()["mysql"]) == 1
    world.wait(days=8)
    world.turn()
    assert len(world.told(TroubleKind.COPY_FAILED)) == 1


def test_a_trouble_is_not_told_anew_because_a_newer_copy_is_in_progress() -> None:
    world = CopyWorld("mysql")
    world.osaka.closed_keys.add(OSAKA.kms_key)
    world.live(minutes=180)
    world.back_up_again(SLOT + DAY)
    world.turn()
    world.wait(minutes=5)
    world.turn()
    world.finish()
    world.turn()
    assert len(world.told(TroubleKind.COPY_FAILED)) == 1


def test_a_failed_copy_that_is_never_tried_again_is_told() -> None:
    world = CopyWorld("mysql")
    world.turn()
    world.ebs.all.clear()
    world.live(minutes=60)
    assert world.told(TroubleKind.COPY_FAILED) == []
    world.wait(days=1)
    world.turn()
    (reason,) = world.told(TroubleKind.COPY_FAILED)
    assert reason.startswith("not tried again after attempt 1") and NO_SOURCE in reason


def test_points_of_one_claim_are_one_trouble_with_their_count_and_the_newest_reason() -> None:
    world = CopyWorld("mysql")
    world.osaka.closed_keys.add(OSAKA.kms_key)
    for day in range(1, 4):
        world.live(minutes=180)
        world.back_up_again(SLOT + day * DAY)
    world.live(minutes=180)
    world.wait(days=7)
    world.turn()
    assert len(world.news.rung()) == 2
    assert world.told(TroubleKind.COPY_FAILED)[1].startswith(
        "4 points; the newest was given up after attempt 3"
    )
