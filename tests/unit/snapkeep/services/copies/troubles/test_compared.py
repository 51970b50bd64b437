"""Copies whose points are pruned are watched as well: nothing else asks for them."""

from __future__ import annotations

from dataclasses import replace

from snapkeep.domain.copies.tags import PLACE
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.retention.deletion.deletions import Deletion
from snapkeep.domain.troubles import TroubleKind
from tests.fakes.copying import CopyWorld
from tests.unit.snapkeep.services.copies.pruning.test_prune_copies import a_world, there


def of_pruned_points() -> tuple[CopyWorld, Snapshot]:
    """A place with copies of several days, and the oldest of them; only the newest point is left at home."""
    world = a_world(4)
    points = sorted(world.ebs.all.values(), key=lambda each: each.started_at)
    for each in points[:-1]:
        del world.ebs.all[each.id]
    world.wait(hours=3)
    return world, there(world)[0]


def lived(world: CopyWorld, *, days: int) -> list[str]:
    for _ in range(days):
        world.wait(days=1)
        world.turn()
    return world.told(TroubleKind.COPIES_LOST)


def test_a_deleted_copy_is_told_within_a_day_and_weekly_for_four_weeks() -> None:
    world, oldest = of_pruned_points()
    assert lived(world, days=1) == []
    del world.osaka.all[oldest.id]
    assert lived(world, days=1) == [f"{oldest.id} was deleted in EC2, and not by Snapkeep"]
    assert len(lived(world, days=60)) == 5


def test_what_prune_deleted_is_not_lost_and_is_asked_for_once() -> None:
    world, oldest = of_pruned_points()
    del world.osaka.all[oldest.id]
    world.journal.deletions.intend_deletions([Deletion(oldest.id, "myeks@osaka", "", world.clock())])
    assert lived(world, days=3) == []
    (record,) = [each for each in world.journal.copies.all.values() if each.snapshot_id == oldest.id]
    assert record.gone_at is not None and record.revision > 0


def test_a_copy_in_the_bin_is_told_until_it_is_back() -> None:
    world, oldest = of_pruned_points()
    world.osaka.all[oldest.id] = replace(oldest, state=SnapshotState.RECOVERABLE)
    (told,) = lived(world, days=1)
    assert "in the Recycle Bin" in told
    world.osaka.all[oldest.id] = oldest
    assert len(lived(world, days=30)) == 1


def test_a_hidden_copy_is_told_until_its_tag_is_mended() -> None:
    world, oldest = of_pruned_points()
    world.osaka.all[oldest.id] = replace(oldest, tags=oldest.tags | {PLACE: "elsewhere"})
    (told,) = lived(world, days=1)
    assert told.startswith(f"{oldest.id} is hidden")
    world.osaka.all[oldest.id] = oldest
    assert len(lived(world, days=30)) == 1


def test_it_is_compared_once_a_day() -> None:
    world, _ = of_pruned_points()
    lived(world, days=1)
    compared = [each.compared_at for each in world.journal.copies.known.values()]
    for _ in range(10):
        world.wait(minutes=5)
        world.turn()
    assert [each.compared_at for each in world.journal.copies.known.values()] == compared != [None]


def test_a_journal_from_an_old_copy_says_that_prune_may_have_done_it() -> None:
    world, oldest = of_pruned_points()
    old = dict(world.journal.copies.all)
    world.copied(1)
    world.wait(hours=3)
    world.journal.copies.all = old
    del world.osaka.all[oldest.id]
    (told,) = lived(world, days=1)
    assert told.endswith("from an old copy, does not say whether prune did it")
