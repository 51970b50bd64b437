"""What people are told about copies, and how often."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain.copies.records import MOST_ATTEMPTS, CopyStage
from snapkeep.domain.troubles import TroubleKind
from tests.fakes.copies import BAD_KEY
from tests.fakes.copying import OSAKA, CopyWorld
from tests.fakes.world_reads import SLOT

DAY = timedelta(days=1)


def told(world: CopyWorld, kind: TroubleKind) -> list[str]:
    """The reasons that people were told, in order."""
    return [each.reason for topic, due, _ in world.news.troubles if topic.kind is kind for each in due]


def test_a_disabled_key_is_told_after_the_last_attempt_and_then_weekly() -> None:
    world = CopyWorld("mysql")
    world.osaka.closed_keys.add(OSAKA.kms_key)
    world.live(minutes=180)
    assert world.osaka.calls["copy"] == MOST_ATTEMPTS
    assert world.records()["mysql"].stage is CopyStage.GIVEN_UP
    (reason,) = told(world, TroubleKind.COPY_FAILED)
    assert f"attempt {MOST_ATTEMPTS}" in reason and BAD_KEY in reason
    world.wait(days=7)
    world.turn()
    world.turn()
    assert len(told(world, TroubleKind.COPY_FAILED)) == 2
    assert world.osaka.calls["copy"] == MOST_ATTEMPTS


def test_a_newer_copy_ends_the_trouble_of_one_that_was_given_up() -> None:
    world = CopyWorld("mysql")
    world.osaka.fails = [BAD_KEY] * MOST_ATTEMPTS
    world.live(minutes=120)
    assert len(told(world, TroubleKind.COPY_FAILED)) == 1
    world.back_up_again(SLOT + DAY)
    world.live(minutes=30)
    assert len(world.copies()["mysql"]) == 1
    world.wait(days=8)
    world.turn()
    assert len(told(world, TroubleKind.COPY_FAILED)) == 1


def test_a_copy_that_takes_too_long_is_told_once_and_then_weekly() -> None:
    world = CopyWorld("mysql")
    world.turn()
    world.wait(minutes=61)
    world.turn()
    assert told(world, TroubleKind.COPIES_LATE) == []
    world.wait(minutes=5)
    for _ in range(2):
        world.turn()
    (reason,) = told(world, TroubleKind.COPIES_LATE)
    assert "is being copied since 2026-11-24" in reason
    world.wait(days=7)
    world.turn()
    assert len(told(world, TroubleKind.COPIES_LATE)) == 2
    world.finish()
    world.wait(days=8)
    world.turn()
    assert len(told(world, TroubleKind.COPIES_LATE)) == 2


def test_a_point_that_waits_for_more_than_a_day_is_told() -> None:
    world = CopyWorld("mysql")
    world.osaka.most_in_progress = 0
    world.turn()
    assert told(world, TroubleKind.COPIES_LATE) == []
    world.wait(days=1)
    world.turn()
    (reason,) = told(world, TroubleKind.COPIES_LATE)
    assert reason.startswith("taken 2026-11-24 18:00 UTC and not copied yet")


def test_the_age_of_the_newest_copy_is_counted_and_a_claim_without_one_counts_from_its_point() -> None:
    world = CopyWorld("mysql")
    world.osaka.most_in_progress = 0
    world.turn()
    assert world.news.ages == {("myeks", "nightly"): timedelta(minutes=10)}
    world.osaka.most_in_progress = 20
    world.live(minutes=30)
    world.back_up_again(SLOT + DAY)
    world.turn()
    assert world.news.ages == {("myeks", "nightly"): DAY + timedelta(minutes=10)}
