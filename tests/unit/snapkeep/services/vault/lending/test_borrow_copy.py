"""Borrowed copies: made once, from true loans only, and enough to restore from."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain.copies.copies import CopyState
from snapkeep.domain.drivers import EBS_CSI
from snapkeep.domain.errors import LoanRefused, NotFound, PermanentError, TemporaryError, Throttled
from snapkeep.domain.restore.copied_points import point_of_copy
from snapkeep.wiring import borrowing
from tests.fakes.borrowing import OWN_KEY, BorrowingWorld
from tests.fakes.copies import BAD_KEY
from tests.fakes.crashes import CrashAt
from tests.fakes.faults import Crash
from tests.fakes.lending import COPY_ID, a_vault_copy


def test_a_lent_copy_is_copied_under_the_own_key_with_its_tags_in_the_place_loan() -> None:
    world = BorrowingWorld()
    begun = world.borrow(world.lent())
    assert (begun.state, begun.place, begun.key) == (CopyState.PENDING, "loan", OWN_KEY)
    (made,) = world.ec2.all.values()
    assert made.tags == a_vault_copy().tags | {"snapkeep:place": "loan"}
    assert EBS_CSI.mark not in made.tags
    world.ec2.finish_copies()
    point = point_of_copy(world.ec2.all[made.id], "ap-northeast-2")
    assert point is not None
    assert (point.place, point.cluster, point.claim) == ("loan", "myeks", "data")
    assert point.copied_from == "111122223333/ap-northeast-2"


def test_what_was_borrowed_stays_when_the_loan_has_ended_and_is_never_copied_twice() -> None:
    world = BorrowingWorld()
    loan = world.lent()
    first = world.borrow(loan)
    world.ec2.finish_copies()
    world.lender.end()
    again = world.borrow(loan)
    assert (again.snapshot_id, again.state) == (first.snapshot_id, CopyState.READY)
    assert len(world.ec2.all) == 1


def test_a_copy_that_ec2_does_not_show_yet_is_not_made_again() -> None:
    world = BorrowingWorld()
    world.ec2.lag = timedelta(minutes=5)
    loan = world.lent()
    world.borrow(loan)
    with pytest.raises(TemporaryError, match="was begun less than 10 minutes ago"):
        world.borrow(loan)
    world.clock.forward(minutes=6)
    world.borrow(loan)
    assert len(world.ec2.all) == 1


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_anywhere_leaves_one_copy_in_the_end(after: bool) -> None:
    for step in range(1, 30):
        world = BorrowingWorld()
        loan = world.lent()
        crash = CrashAt(step, after=after)
        with suppress(Crash):
            world.borrow(loan, crash)
        world.clock.forward(minutes=11)
        world.borrow(loan)
        assert len(world.ec2.all) == 1, crash.crashed
        if not crash.crashed:
            assert step > 4
            return


def test_a_failed_copy_is_made_again_while_the_loan_runs() -> None:
    world = BorrowingWorld()
    loan = world.lent()
    world.ec2.fails.append(BAD_KEY)
    first = world.borrow(loan)
    world.ec2.finish_copies()
    failed = borrowing.borrow_copy(world.ports()).show(loan.point)
    assert (failed.state, failed.message) == (CopyState.FAILED, BAD_KEY)
    again = world.borrow(loan)
    assert again.snapshot_id != first.snapshot_id
    world.ec2.finish_copies()
    assert world.borrow(loan).snapshot_id == again.snapshot_id


def test_a_copy_after_a_failed_one_that_ec2_does_not_show_yet_is_not_made_again() -> None:
    world = BorrowingWorld()
    loan = world.lent()
    world.ec2.fails.append(BAD_KEY)
    world.borrow(loan)
    world.ec2.finish_copies()
    world.ec2.lag = timedelta(minutes=5)
    world.borrow(loan)
    with pytest.raises(TemporaryError, match="EC2 does not show it yet"):
        world.borrow(loan)
    assert len(world.ec2.all) == 2


def test_a_refusal_of_ec2_keeps_nobody_waiting() -> None:
    world = BorrowingWorld()
    loan = world.lent()
    world.ec2.fail_next("copy", Throttled("20 copies are in progress"), PermanentError("IncorrectState"))
    with pytest.raises(Throttled):
        world.borrow(loan)
    with pytest.raises(LoanRefused, match="IncorrectState"):
        world.borrow(loan)
    world.borrow(loan)
    assert len(world.ec2.all) == 1


def test_nothing_is_copied_of_a_false_or_ended_loan() -> None:
    world = BorrowingWorld()
    loan = world.lent()
    false = replace(loan, tags={**loan.tags, "snapkeep:taken": "20261120T180000Z"})
    with pytest.raises(LoanRefused, match="the loan document is wrong"):
        world.borrow(false)
    elsewhere = replace(loan, tags={**loan.tags, "snapkeep:copy-of": "snap-0fedcba9876543210"})
    with pytest.raises(LoanRefused, match="its tags do not fit its description in EC2"):
        world.borrow(elsewhere)
    of_another = replace(loan, tags={**loan.tags, "snapkeep:namespace": "payments"})
    with pytest.raises(LoanRefused, match="its tags do not fit its description in EC2"):
        world.borrow(of_another)
    world.lender.end()
    with pytest.raises(LoanRefused, match=f"EC2 shows no {COPY_ID}"):
        world.borrow(loan)
    assert not world.ec2.all


def test_a_deployment_borrows_by_its_config_only() -> None:
    world = BorrowingWorld()
    loan = world.lent()
    world.keys.troubles[OWN_KEY] = f"{OWN_KEY} is disabled"
    with pytest.raises(LoanRefused, match="is disabled"):
        world.borrow(loan)
    world.without(borrow=None)
    with pytest.raises(LoanRefused, match="borrows nothing"):
        world.borrow(loan)
    assert not world.ec2.all


def test_what_was_never_borrowed_is_not_found() -> None:
    with pytest.raises(NotFound, match="no copy of data-1 was borrowed"):
        borrowing.borrow_copy(BorrowingWorld().ports()).show("data-1")
