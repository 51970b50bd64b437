"""Loans as the people of a vault see them: begun, prolonged, ended, refused; and whatever crashes."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.errors import Forbidden, LoanRefused, NotFound, TemporaryError
from snapkeep.domain.points import SnapshotState
from snapkeep.domain.vault.loans import LoanStage
from tests.fakes.crashes import CrashAt
from tests.fakes.faults import Crash
from tests.fakes.lending import (
    BORROWER,
    CALLER,
    COPY_ID,
    OTHER,
    VAULT_ACCOUNT,
    LendingWorld,
    a_vault_copy,
)


def test_a_loan_shares_the_copy_and_grants_its_key_until_it_ends() -> None:
    world = LendingWorld()
    document = world.lend()
    assert world.is_lent and world.is_held
    assert (document.lender, document.borrower, document.snapshot) == (VAULT_ACCOUNT, BORROWER, COPY_ID)
    assert document.until == world.clock() + timedelta(days=2)
    world.wait(days=1, hours=23)
    world.pass_()
    assert world.is_lent
    world.wait(hours=1)
    report = world.pass_()
    assert world.has_no_right and len(report.ended) == 1 and not report.given_up
    (begun,), (ended,) = world.news.begun, world.news.ended
    assert (begun.account, begun.by, begun.claim) == (BORROWER, CALLER, "data")
    assert "its time was over" in ended.reason
    world.pass_()
    assert len(world.news.ended) == 1


def test_the_document_carries_what_ec2_hides_from_the_borrower() -> None:
    told = LendingWorld().lend().to_document()
    assert told["tags"] == {
        key: value for key, value in a_vault_copy().tags.items() if key.startswith("snapkeep:")
    }
    assert told["size_bytes"] == a_vault_copy().size_bytes


def test_a_copy_is_lent_by_the_id_of_its_point_too() -> None:
    assert LendingWorld().lend(a_vault_copy().tags[tags.POINT]).snapshot == COPY_ID


def test_a_repeated_request_changes_nothing_and_a_longer_one_prolongs() -> None:
    world = LendingWorld()
    first = world.lend()
    assert world.lend(lasts=timedelta(hours=1)) == first
    longer = world.lend(lasts=timedelta(days=7))
    assert longer.until == world.clock() + timedelta(days=7)
    assert len(world.news.begun) == 1 and len(world.grants.all) == 1
    world.wait(days=3)
    world.pass_()
    assert world.is_lent and world.is_held


def test_a_person_ends_a_loan_at_once() -> None:
    world = LendingWorld()
    world.lend()
    world.end()
    assert world.has_no_right
    assert world.news.ended[0].reason == f"ended by {CALLER}"
    world.end()
    assert len(world.news.ended) == 1
    world.lend()
    assert world.is_lent and len(world.news.begun) == 2


def test_what_was_never_lent_cannot_be_ended() -> None:
    with pytest.raises(NotFound, match="is not lent to"):
        LendingWorld().end()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"state": SnapshotState.PENDING}, "is pending"),
        ({"state": SnapshotState.ERROR}, "is failed"),
        ({"archived": True}, "in the archive tier"),
        ({"key": "arn:aws:kms:ap-northeast-2:222233334444:key/old"}, "is under key"),
        ({"tags": a_vault_copy().tags | {tags.DUPLICATE: "true"}}, "is a duplicate"),
    ],
)
def test_a_copy_that_no_borrower_could_use_is_not_lent(changes: dict[str, object], says: str) -> None:
    world = LendingWorld()
    world.ebs.put(a_vault_copy(**changes))
    with pytest.raises(LoanRefused, match=says) as refused:
        world.lend()
    assert refused.value.fix and world.has_no_right and not world.news.begun


@pytest.mark.parametrize(
    "changed",
    [
        {"snapkeep:managed": "true"},
        {"snapkeep:place": "elsewhere"},
        {"snapkeep:claim-uid": "edited"},
        {"snapkeep:copy-from": "999988887777/ap-northeast-2"},
    ],
)
def test_only_true_copies_of_the_sources_are_lent(changed: dict[str, str]) -> None:
    world = LendingWorld()
    world.ebs.put(a_vault_copy(tags=a_vault_copy().tags | changed))
    with pytest.raises(NotFound, match=f"has no copy {COPY_ID}"):
        world.lend()


def test_a_loan_is_for_the_accounts_and_times_of_the_config() -> None:
    world = LendingWorld()
    with pytest.raises(LoanRefused, match=f"{OTHER} is not in the vault's lend_to, which names {BORROWER}"):
        world.lend(account=OTHER)
    for lasts in (timedelta(minutes=59), timedelta(days=7, seconds=1)):
        with pytest.raises(LoanRefused, match="it lasts 1 hour to 7 days"):
            world.lend(lasts=lasts)
    assert world.has_no_right


@pytest.mark.parametrize("call", ["grant", "share"])
def test_what_aws_refuses_leaves_no_right_behind(call: str) -> None:
    world = LendingWorld()
    (world.grants if call == "grant" else world.shares).fail_next(call, Forbidden("explicit deny in an SCP"))
    with pytest.raises(LoanRefused, match="explicit deny in an SCP"):
        world.lend()
    assert world.has_no_right
    assert not world.news.begun


def test_what_aws_refuses_to_prolong_stays_as_it_was_lent() -> None:
    world = LendingWorld()
    world.lend()
    world.shares.fail_next("share", Forbidden("explicit deny in an SCP"))
    with pytest.raises(LoanRefused):
        world.lend(lasts=timedelta(days=3))
    assert world.is_lent and not world.news.ended


def test_a_loan_that_stopped_halfway_goes_on_or_is_taken_back() -> None:
    world = LendingWorld()
    world.shares.fail_next("share", TemporaryError("EC2 does not answer"))
    with pytest.raises(TemporaryError):
        world.lend()
    world.pass_()
    assert world.grants.all and not world.shares.all
    world.lend()
    assert world.is_lent and len(world.news.begun) == 1

    other = LendingWorld()
    other.shares.fail_next("share", TemporaryError("EC2 does not answer"))
    with pytest.raises(TemporaryError):
        other.lend()
    other.wait(minutes=15)
    other.pass_()
    assert other.has_no_right and "could not begin" in other.news.ended[0].reason


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_anywhere_while_lending_leaves_a_loan_that_ends(after: bool) -> None:
    for step in range(1, 60):
        world = LendingWorld()
        crash = CrashAt(step, after=after)
        world.build(crash)
        with suppress(Crash):
            world.lend()
        world.build()
        if not crash.crashed:
            assert step > 8
            break
        world.lend()
        assert world.is_lent and world.is_held, crash.crashed
        world.wait(days=2)
        world.pass_()
        assert world.has_no_right, crash.crashed


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_anywhere_while_a_loan_ends_only_delays_its_end(after: bool) -> None:
    for step in range(1, 60):
        world = LendingWorld()
        world.lend()
        world.wait(days=2)
        crash = CrashAt(step, after=after)
        world.build(crash)
        with suppress(Crash):
            world.pass_()
        world.build()
        world.pass_()
        assert world.has_no_right, crash.crashed
        assert world.journal.loans.all[COPY_ID, BORROWER].stage is LoanStage.ENDED
        if not crash.crashed:
            assert step > 8
            break


def test_a_loan_that_is_ending_is_not_prolonged_under_way() -> None:
    world = LendingWorld()
    world.lend()
    world.shares.fail_next("unshare", TemporaryError("EC2 does not answer"))
    with pytest.raises(TemporaryError):
        world.end()
    with pytest.raises(TemporaryError, match="is just ending"):
        world.lend()
    world.pass_()
    assert world.has_no_right and world.news.ended[0].reason == f"ended by {CALLER}"
    world.lend()
    assert world.is_lent


def test_a_loan_that_is_prolonged_while_a_pass_ends_it_goes_on() -> None:
    world = LendingWorld()
    world.lend()
    world.wait(days=2)
    world.journal.meanwhile("write_loan", lambda: world.lend(lasts=timedelta(days=1)))
    world.pass_()
    assert world.is_lent and not world.news.ended
    assert world.journal.loans.all[COPY_ID, BORROWER].stage is LoanStage.LENT
