"""Locks of copies, from their first moment."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain.copies.records import CopyStage
from snapkeep.domain.errors import Forbidden, TemporaryError
from tests.fakes.copying import CopyWorld, to_osaka

DAY = timedelta(days=1)


def test_a_copy_that_cannot_be_locked_is_ready_and_says_so() -> None:
    world = CopyWorld("mysql")
    world.osaka.fail_next("lock", *[Forbidden("lock: UnauthorizedOperation")] * 3)
    world.live(minutes=10)
    (ready,) = world.news.ready
    assert ready.lock_reason == "not locked, so it can be deleted: lock: UnauthorizedOperation"


def test_a_lock_that_must_wait_is_put_on_by_the_next_turn() -> None:
    world = CopyWorld("mysql")
    world.osaka.fail_next("lock", TemporaryError("EC2 knows no such snapshot (yet)"))
    world.turn()
    assert not world.osaka.locks
    world.turn()
    assert len(world.osaka.locks) == 1
    assert world.records()["mysql"].lock_reason == ""


def test_a_rule_without_a_lock_locks_nothing() -> None:
    world = CopyWorld("mysql", rule=to_osaka(lock=None))
    world.live(minutes=10)
    assert world.records()["mysql"].stage is CopyStage.READY
    assert not world.osaka.locks
