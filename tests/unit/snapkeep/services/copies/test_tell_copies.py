"""What people are told about copies, and how often."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain.copies.records import MOST_ATTEMPTS, CopyStage
from snapkeep.domain.copies.rules import Every, Period
from snapkeep.domain.copies.tags import COPY_OF
from snapkeep.domain.troubles import TroubleKind
from snapkeep.services.copies.tell_copies import first_due
from tests.fakes.copies import BAD_KEY, NO_SOURCE
from tests.fakes.copying import OSAKA, CopyWorld, to_osaka
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


def test_a_claim_whose_points_are_overtaken_before_there_is_room_is_told_once() -> None:
    world = CopyWorld("mysql", rule=to_osaka(retention={"last": 1}))
    world.live(minutes=10)
    world.osaka.most_in_progress = 0
    for hour in range(1, 30):
        world.back_up_again(SLOT + timedelta(hours=hour))
        world.turn()
        world.wait(minutes=50)
    (reason,) = told(world, TroubleKind.COPIES_LATE)
    assert reason == (
        "the newest copy is of 2026-11-24 18:00 UTC; the next was due from 2026-11-24 19:00 UTC"
    )


@pytest.mark.parametrize(
    ("every", "due"),
    [
        (Every(), 1),
        (Every(number=3), 3),
        (Every(Period.DAY), 25),
        (Every(Period.WEEK), None),
    ],
)
def test_a_copy_is_due_with_the_first_point_that_its_rule_wants(every: Every, due: int | None) -> None:
    hourly = [SLOT + timedelta(hours=hour) for hour in range(30)]
    assert first_due(hourly, SLOT, every) == (SLOT + timedelta(hours=due) if due else None)


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
    assert len(told(world, TroubleKind.COPY_FAILED)) == 1


def test_a_failed_copy_that_is_never_tried_again_is_told() -> None:
    world = CopyWorld("mysql")
    world.turn()
    world.ebs.all.clear()
    world.live(minutes=60)
    assert told(world, TroubleKind.COPY_FAILED) == []
    world.wait(days=1)
    world.turn()
    (reason,) = told(world, TroubleKind.COPY_FAILED)
    assert reason.startswith("not tried again after attempt 1") and reason.endswith(NO_SOURCE)


def test_a_copy_that_cannot_be_read_any_more_is_told_once_and_then_weekly() -> None:
    world = CopyWorld("mysql")
    world.live(minutes=10)
    (copy,) = world.copies()["mysql"]
    world.osaka.all[copy.id] = replace(copy, tags=copy.tags | {COPY_OF: ""})
    world.live(minutes=30)
    (reason,) = told(world, TroubleKind.WORK_GIVEN_UP)
    assert reason.startswith(f"osaka: {copy.id} counts for no point") and COPY_OF in reason
    world.wait(days=7)
    world.turn()
    assert len(told(world, TroubleKind.WORK_GIVEN_UP)) == 2


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
