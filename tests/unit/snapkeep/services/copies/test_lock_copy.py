"""Locks of copies, from their first moment."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain.copies.records import CopyStage
from snapkeep.domain.errors import Forbidden, TemporaryError
from snapkeep.domain.troubles import TroubleKind
from tests.fakes.copying import CopyWorld, to_osaka

DAY = timedelta(days=1)


def test_a_copy_that_cannot_be_locked_is_ready_and_says_so() -> None:
    world = CopyWorld("mysql")
    world.osaka.fail_next("lock", *[Forbidden("lock: UnauthorizedOperation")] * 3)
    world.live(minutes=10)
    (ready,) = world.news.ready
    assert ready.lock_reason == "not locked, so it can be deleted: lock: UnauthorizedOperation"


def test_the_lock_of_a_complete_copy_is_tried_again_and_told_weekly_until_it_is_on() -> None:
    world = CopyWorld("mysql")
    refused = Forbidden("lock: UnauthorizedOperation")
    world.osaka.fail_next("lock", *[refused] * 40)
    world.live(minutes=60)
    (reason,) = world.told(TroubleKind.COPIES_NOT_LOCKED)
    assert reason.endswith("is not locked, so it can be deleted: lock: UnauthorizedOperation")
    world.wait(days=7)
    world.turn()
    assert len(world.told(TroubleKind.COPIES_NOT_LOCKED)) == 2
    world.live(minutes=180)
    assert (len(world.osaka.locks), world.records()["mysql"].lock_reason) == (1, "")
    world.wait(days=8)
    world.turn()
    assert len(world.told(TroubleKind.COPIES_NOT_LOCKED)) == 2


def test_copies_that_can_never_be_locked_end_the_tries_of_a_turn_but_not_those_of_others_for_good() -> None:
    world = CopyWorld(*[f"claim-{number}" for number in range(8)])
    world.osaka.fail_next("lock", *[Forbidden("UnauthorizedOperation")] * 8)
    world.turn()
    unlocked = sorted(world.osaka.all)
    world.osaka.unlockable.update(unlocked)
    world.finish()
    assert world.osaka.locks == {}
    world.osaka.unlockable = set(unlocked[:3])
    for _ in range(8):
        before = world.osaka.calls["lock"]
        world.turn()
        assert world.osaka.calls["lock"] - before <= 8
        world.wait(minutes=5)
    assert sorted(world.osaka.locks) == unlocked[3:]


def test_a_copy_that_is_gone_needs_no_lock() -> None:
    world = CopyWorld("mysql")
    world.osaka.fail_next("lock", *[Forbidden("UnauthorizedOperation")] * 2)
    world.live(minutes=4)
    assert world.records()["mysql"].lock_reason
    world.osaka.all.clear()
    world.turn()
    assert world.records()["mysql"].lock_reason == ""


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
