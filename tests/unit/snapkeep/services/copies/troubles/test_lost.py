"""Copies that somebody deleted, or hid."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.copies.tags import COPY_FROM, PLACE
from snapkeep.domain.points import SnapshotState
from snapkeep.domain.retention.deletion.deletions import Deletion
from snapkeep.domain.troubles import TroubleKind
from tests.fakes.copying import CopyWorld, to_osaka
from tests.fakes.world_reads import SLOT

DAY = timedelta(days=1)


def copied_world(days: int = 1) -> CopyWorld:
    """A claim with a copy of each of these days, the last of which is some hours old."""
    world = CopyWorld("mysql", rule=to_osaka(lock=None, backfill=3))
    world.live(minutes=15)
    for day in range(1, days):
        world.back_up_again(SLOT + day * DAY)
        world.live(minutes=15)
    world.wait(hours=3)
    assert len(world.copies()["mysql"]) == days
    return world


def lose(world: CopyWorld, snapshot_id: str, how: str) -> None:
    copy = world.osaka.all[snapshot_id]
    if how == "deleted":
        del world.osaka.all[snapshot_id]
    elif how == "is hidden: its tag snapkeep:place":
        world.osaka.all[snapshot_id] = replace(copy, tags={**copy.tags, PLACE: "elsewhere"})
    elif how == "is hidden: its tag snapkeep:copy-from":
        world.osaka.all[snapshot_id] = replace(copy, tags={**copy.tags, COPY_FROM: "/us-east-1"})
    elif how == "in the Recycle Bin":
        world.osaka.all[snapshot_id] = replace(copy, state=SnapshotState.RECOVERABLE)
    else:
        world.osaka.all[snapshot_id] = replace(copy, tags={**copy.tags, tags.DUPLICATE: "true"})


@pytest.mark.parametrize(
    "how",
    [
        "deleted",
        "in the Recycle Bin",
        "tagged snapkeep:duplicate",
        "is hidden: its tag snapkeep:place",
        "is hidden: its tag snapkeep:copy-from",
    ],
)
def test_the_newest_copy_is_made_anew_once_and_that_is_told_with_its_price(how: str) -> None:
    world = copied_world()
    (lost,) = world.osaka.all
    lose(world, lost, how)
    world.live(minutes=30)
    (reason,) = world.told(TroubleKind.COPIES_LOST)
    assert reason.startswith(lost) and how in reason
    assert reason.endswith("it is copied again, which costs up to 4 GiB and $0.08 to send")
    assert world.told(TroubleKind.COPIES_LATE) == []
    assert world.records()["mysql"].snapshot_id != lost
    assert world.osaka.calls["copy"] == 2
    world.wait(hours=3)
    lose(world, world.records()["mysql"].snapshot_id, how)
    for _ in range(10):
        world.wait(days=1)
        world.live(minutes=10)
    assert world.osaka.calls["copy"] == 2
    assert world.told(TroubleKind.COPIES_LOST)[1].endswith(
        "it was already copied again once, and will not be again"
    )
    assert len(world.told(TroubleKind.COPIES_LOST)) == 3


def test_an_older_copy_is_told_and_not_made_anew() -> None:
    world = copied_world(days=2)
    older, _ = sorted(world.osaka.all)
    lose(world, older, "deleted")
    world.live(minutes=30)
    (reason,) = world.told(TroubleKind.COPIES_LOST)
    assert reason.startswith(older) and "is not copied again, because a newer" in reason
    assert world.osaka.calls["copy"] == 2


def test_a_copy_that_prune_deleted_is_not_missed() -> None:
    world = copied_world()
    (pruned,) = world.osaka.all
    world.journal.deletions.intend_deletions([Deletion(pruned, "myeks", "", world.clock())])
    del world.osaka.all[pruned]
    world.live(minutes=30)
    world.wait(days=2)
    world.turn()
    assert world.told(TroubleKind.COPIES_LOST) == []
    assert world.osaka.calls["copy"] == 1
