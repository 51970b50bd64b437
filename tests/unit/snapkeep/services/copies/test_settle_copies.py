"""What open records become, whatever event was lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.copies.records import CopyStage
from snapkeep.domain.points import SnapshotState
from tests.fakes.copies import BAD_KEY, NO_SOURCE
from tests.fakes.copying import OSAKA, CopyWorld
from tests.fakes.faults import Crash

DAY = timedelta(days=1)


def test_a_copy_that_ec2_fails_is_tried_again_and_its_own_reason_stays() -> None:
    world = CopyWorld("mysql")
    world.osaka.fails = [BAD_KEY]
    world.live(minutes=10)
    record = world.records()["mysql"]
    assert (record.stage, record.attempt) == (CopyStage.FAILED, 1)
    assert f"{BAD_KEY}. Enable {OSAKA.kms_key} and let its policy" in record.reason
    assert world.held() == []
    world.live(minutes=30)
    assert world.records()["mysql"].stage is CopyStage.READY
    assert len(world.copies()["mysql"]) == 1
    assert (len(world.news.failed), world.news.troubles) == (1, [])


def test_what_an_event_says_is_journaled_even_if_another_one_settled_the_copy() -> None:
    world = CopyWorld()
    world.turn()
    first, second = world.osaka.finish_copies()
    world.copy_event(first)
    assert {each.stage for each in world.records().values()} == {CopyStage.READY}
    world.copy_event(second)
    assert [each.incremental for each in world.records().values()] == [True, True]


def test_a_source_deleted_on_the_way_is_told() -> None:
    world = CopyWorld("mysql")
    world.turn()
    (source,) = world.ebs.all
    del world.ebs.all[source]
    world.live(minutes=60)
    record = world.records()["mysql"]
    assert NO_SOURCE in record.reason and f"{source} was deleted while it was copied" in record.reason
    assert world.osaka.calls["copy"] == 1
    assert world.copies() == {}


def test_a_copy_under_way_is_taken_over_after_the_journal_was_lost() -> None:
    world = CopyWorld("mysql")
    world.turn()
    world.journal.copies.all.clear()
    world.osaka.locks.clear()
    world.live(minutes=20)
    (copy,) = world.osaka.all.values()
    assert world.records()["mysql"].snapshot_id == copy.id
    assert world.records()["mysql"].stage is CopyStage.READY
    assert copy.id in world.osaka.locks


def test_a_copy_whose_tags_somebody_changed_counts_nowhere_and_is_told() -> None:
    world = CopyWorld("mysql")
    world.turn()
    (copy,) = world.osaka.all.values()
    world.osaka.all[copy.id] = replace(copy, tags=copy.tags | {tags.CLAIM: "other"})
    world.live(minutes=5)
    assert world.records()["mysql"].stage is CopyStage.FAILED
    assert "somebody edited them" in world.records()["mysql"].reason


def test_a_copy_that_completed_before_its_lock_is_locked_although_the_journal_was_lost() -> None:
    world = CopyWorld("mysql")
    world.osaka.crash_after("copy")
    with pytest.raises(Crash):
        world.turn()
    world.journal.copies.all.clear()
    world.osaka.finish_copies()
    world.wait(minutes=7)
    world.turn()
    (copy,) = world.osaka.all.values()
    assert copy.id in world.osaka.locks
    assert [each.snapshot_id for each in world.news.ready] == [copy.id]


def test_a_copy_that_shows_up_completed_after_the_search_for_it_is_locked_and_counted() -> None:
    world = CopyWorld("mysql")
    world.osaka.lose_answer("copy")
    world.turn()
    (copy,) = world.osaka.all
    world.osaka.hide(copy, timedelta(minutes=70))
    world.osaka.finish_copies()
    world.osaka.most_in_progress = 0
    world.live(minutes=60)
    assert world.records()["mysql"].stage is CopyStage.WAITING
    world.live(minutes=20)
    assert world.records()["mysql"].stage is CopyStage.READY
    assert copy in world.osaka.locks


@pytest.mark.parametrize("journal_lost", [True, False])
def test_a_complete_twin_counts_and_not_an_older_one_in_progress(journal_lost: bool) -> None:
    world = CopyWorld("mysql")
    world.turn()
    (older,) = world.osaka.all.values()
    complete = replace(
        older,
        id="snap-complete",
        started_at=older.started_at + timedelta(minutes=1),
        state=SnapshotState.COMPLETED,
    )
    world.osaka.put(complete)
    if journal_lost:
        world.journal.copies.all.clear()
    world.wait(minutes=5)
    world.turn()
    assert [each.id for each in world.copies()["mysql"]] == [complete.id]
    assert tags.DUPLICATE in world.osaka.all[older.id].tags
    assert (world.records()["mysql"].snapshot_id, complete.id in world.osaka.locks) == (complete.id, True)
    world.osaka.fails = [BAD_KEY]
    world.live(minutes=60)
    assert [each.id for each in world.copies()["mysql"]] == [complete.id]
    assert world.osaka.calls["copy"] == 1
