"""What is late at a place, and when people are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.copies.rules import Every, Period
from snapkeep.domain.copies.view.lateness import first_due
from snapkeep.domain.troubles import TroubleKind
from tests.fakes.copying import CopyWorld, to_osaka
from tests.fakes.world_reads import SLOT

DAY = timedelta(days=1)


def test_a_copy_that_takes_too_long_is_told_once_and_then_weekly() -> None:
    world = CopyWorld("mysql")
    world.turn()
    world.wait(minutes=61)
    world.turn()
    assert world.told(TroubleKind.COPIES_LATE) == []
    world.wait(minutes=5)
    for _ in range(2):
        world.turn()
    (reason,) = world.told(TroubleKind.COPIES_LATE)
    assert "has been in progress since 2026-11-24" in reason
    world.wait(days=7)
    world.turn()
    assert len(world.told(TroubleKind.COPIES_LATE)) == 2
    world.finish()
    world.wait(days=8)
    world.turn()
    assert len(world.told(TroubleKind.COPIES_LATE)) == 2


def test_a_point_that_waits_for_more_than_a_day_is_told() -> None:
    world = CopyWorld("mysql")
    world.osaka.most_in_progress = 0
    world.turn()
    assert world.told(TroubleKind.COPIES_LATE) == []
    world.wait(days=1)
    world.turn()
    (reason,) = world.told(TroubleKind.COPIES_LATE)
    assert reason.startswith("no copy yet; its oldest point was taken 2026-11-24 18:00 UTC")


def test_a_claim_whose_points_are_overtaken_before_there_is_room_is_told_once() -> None:
    world = CopyWorld("mysql", rule=to_osaka(retention={"last": 1}))
    world.live(minutes=10)
    world.osaka.most_in_progress = 0
    for hour in range(1, 30):
        world.back_up_again(SLOT + timedelta(hours=hour))
        world.turn()
        world.wait(minutes=50)
    (reason,) = world.told(TroubleKind.COPIES_LATE)
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


def test_the_first_points_of_a_new_place_are_not_late_because_they_are_old() -> None:
    world = CopyWorld(*[f"claim-{number:02}" for number in range(20)])
    world.wait(days=5)
    report = world.turn()
    assert (len(report.started), report.waiting, report.late) == (15, 5, {})
    world.osaka.most_in_progress = 0
    world.finish()
    world.wait(hours=23)
    assert world.turn().late == {}
    world.wait(hours=2)
    assert len(world.turn().late) == 5
    assert "no copy yet" in world.told(TroubleKind.COPIES_LATE)[-1]


def test_a_claim_that_is_never_copied_is_told_although_its_points_are_always_new() -> None:
    world = CopyWorld("mysql", rule=to_osaka(retention={"last": 1}))
    world.osaka.most_in_progress = 0
    for hour in range(1, 30):
        world.ebs.all.clear()  # what the policy keeps
        world.back_up_again(SLOT + timedelta(hours=hour))
        world.turn()
        world.wait(minutes=50)
    (reason,) = world.told(TroubleKind.COPIES_LATE)
    assert reason.startswith("no copy yet; its oldest point was taken 2026-11-2")


def test_a_claim_is_told_although_the_points_that_were_due_are_pruned() -> None:
    world = CopyWorld("mysql", rule=to_osaka(retention={"last": 1}))
    world.live(minutes=10)
    world.osaka.most_in_progress = 0
    for hour in range(1, 55):
        world.ebs.all.clear()
        world.back_up_again(SLOT + timedelta(hours=hour))
        world.turn()
        world.wait(minutes=50)
    (reason,) = world.told(TroubleKind.COPIES_LATE)
    assert reason.startswith("the newest copy is of 2026-11-24 18:00 UTC")


def test_a_place_that_is_always_a_few_hours_behind_is_not_late() -> None:
    world = CopyWorld("mysql", rule=to_osaka(retention={"last": 1}))
    for hour in range(1, 60):
        world.back_up_again(SLOT + timedelta(hours=hour))
        for old in sorted(world.ebs.all.values(), key=lambda each: each.started_at)[:-2]:
            if tags.HOLD not in old.tags:
                del world.ebs.all[old.id]
        world.osaka.most_in_progress = 0 if hour % 4 else 1
        world.turn()
        world.finish()
        world.wait(minutes=50)
    assert world.told(TroubleKind.COPIES_LATE) == []


def test_points_that_several_snapshots_stand_for_are_named() -> None:
    world = CopyWorld("mysql")
    (point,) = world.ebs.all.values()
    world.ebs.put(replace(point, id="snap-twin"))
    world.turn()
    world.wait(days=1)
    world.turn()
    (reason,) = world.told(TroubleKind.COPIES_LATE)
    assert "snap-twin" in reason and "snapkeep:duplicate=true" in reason
