"""Prune leaves alone what somebody brought back from the archive tier or the Recycle Bin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from snapkeep.services.retention.brought_back import BroughtBack
from tests.fakes import MemoryJournal
from tests.fakes.restore_samples import NOW
from tests.fakes.world import World
from tests.unit.snapkeep.services.retention.prune_worlds import EVERY, a_world, listed


def binned_and_taken_out(world: World, snapshot_id: str) -> None:
    world.ebs.recycle_bin = True
    world.prune()
    world.ebs.take_out_of_bin(snapshot_id)


def deleted_by_hand_and_taken_out(world: World, snapshot_id: str) -> None:
    world.prune(dry_run=True)
    snapshot = world.ebs.all.pop(snapshot_id)
    world.wait(hours=2)
    world.prune()
    world.ebs.put(snapshot)


def archived_and_restored(world: World, snapshot_id: str) -> None:
    world.ebs.archive(snapshot_id)
    world.prune()
    world.ebs.restore_tier(snapshot_id)


def taken_out_while_ec2_still_showed_it(world: World, snapshot_id: str) -> None:
    world.ebs.recycle_bin = True
    shown, many = world.ebs.all[snapshot_id], world.ebs.get_many
    world.ebs.get_many = lambda ids: (
        many(ids)
        | {  # type: ignore[method-assign,operator]
            name: shown for name in ids if name == snapshot_id
        }
    )
    assert world.prune().counts["waiting"] == 1
    world.ebs.get_many = many  # type: ignore[method-assign]
    world.ebs.take_out_of_bin(snapshot_id)


def taken_out_after_the_answer_was_lost(world: World, snapshot_id: str) -> None:
    world.ebs.recycle_bin = True
    world.ebs.lose_answer("delete")
    assert world.prune().counts["waiting"] == 1
    world.ebs.take_out_of_bin(snapshot_id)


WAYS = [
    taken_out_while_ec2_still_showed_it,
    taken_out_after_the_answer_was_lost,
    binned_and_taken_out,
    deleted_by_hand_and_taken_out,
    archived_and_restored,
]


@pytest.mark.parametrize("way", WAYS)
def test_what_came_back_is_kept_for_72_hours_and_that_is_told(way: Callable[[World, str], None]) -> None:
    world = a_world(4)
    oldest = listed(world)[0]
    way(world, oldest)
    world.ebs.recycle_bin = False
    rehearsed = world.prune(dry_run=True)
    told = world.prune()
    until = world.clock() + timedelta(hours=72)
    reason = f"brought back after it was archived or deleted: kept until {until:%Y-%m-%d %H:%M} UTC"
    assert rehearsed.notes == told.notes == [f"{oldest}: {reason}"]
    assert dict(told.keep)[oldest] == (reason,)
    for _ in range(11):
        world.wait(hours=6)
        world.prune()
        assert oldest in world.ebs.all
    world.wait(hours=6)
    world.prune()
    assert oldest not in world.ebs.all


def test_what_is_restored_for_a_time_counts_as_no_good_point_and_is_not_deleted() -> None:
    world = a_world(4)
    until = world.clock() + timedelta(days=7)
    older, newest = listed(world)[:-1], listed(world)[-1]
    world.ebs.archive(newest)
    world.ebs.restore_tier(newest, until)
    report = world.prune()
    assert set(older) <= set(world.ebs.all), "three good points are what the policy wants"
    assert (
        f"restored from the archive tier until {until:%Y-%m-%d %H:%M} UTC only" in dict(report.keep)[newest]
    )
    world.wait(days=1)
    world.prune()
    assert newest in world.ebs.all


def test_what_goes_away_again_is_protected_again_when_it_comes_back() -> None:
    journal = MemoryJournal()
    BroughtBack(journal.absences, NOW).remember(["snap-1"])
    BroughtBack(journal.absences, NOW).protect(["snap-1"], rehearse=False)
    later = NOW + 20 * EVERY
    assert BroughtBack(journal.absences, later).protect(["snap-1"], rehearse=False) == {}
    BroughtBack(journal.absences, later).remember(["snap-1"])
    assert list(BroughtBack(journal.absences, later).protect(["snap-1"], rehearse=False)) == ["snap-1"]


def test_a_rehearsal_does_not_begin_the_time_of_what_came_back() -> None:
    journal = MemoryJournal()
    BroughtBack(journal.absences, NOW).remember(["snap-1"])
    BroughtBack(journal.absences, NOW).protect(["snap-1"], rehearse=True)
    assert journal.absences.all["snap-1"].back_at is None
