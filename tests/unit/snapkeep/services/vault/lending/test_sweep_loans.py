"""What a pass of lend_copies ends: loans that are over, and rights that no loan explains."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain.errors import Forbidden, PermanentError
from snapkeep.domain.troubles import TroubleKind
from tests.fakes.crashes import CrashAt
from tests.fakes.faults import Crash
from tests.fakes.lending import BORROWER, COPY_ID, VAULT_KEY, LendingWorld, a_vault_copy

STRANGER = "555566667777"


def test_a_loan_ends_although_the_vaults_key_is_gone() -> None:
    world = LendingWorld()
    world.lend()
    world.grants.gone.add(VAULT_KEY)
    world.wait(days=2)
    assert not world.pass_().given_up
    assert not world.shares.all and not world.is_held


def test_a_loan_ends_although_the_journal_is_lost() -> None:
    world = LendingWorld()
    world.lend()
    world.lose_journal()
    report = world.pass_()
    assert world.has_no_right
    assert report.unknown == [f"{COPY_ID} to {BORROWER}"]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("ending", [False, True])
def test_a_crash_anywhere_and_a_lost_journal_leave_neither_right_nor_hold(ending: bool, after: bool) -> None:
    for step in range(1, 60):
        world = LendingWorld()
        if ending:
            world.lend()
            world.wait(days=2)
        crash = CrashAt(step, after=after)
        world.build(crash)
        with suppress(Crash):
            world.pass_() if ending else world.lend()
        world.lose_journal()
        world.pass_()
        assert not world.shares.all and not world.grants.all, crash.crashed
        world.wait(days=2)
        world.pass_()
        assert world.has_no_right, crash.crashed
        if not crash.crashed:
            return
    raise AssertionError("the work has more than 60 steps")


def test_a_loan_that_begins_while_an_earlier_one_is_taken_back_does_not_stay_without_rights() -> None:
    world = LendingWorld()
    world.lend()
    world.end()
    world.shares.share(COPY_ID, BORROWER)
    world.shares.meanwhile("unshare", world.lend)
    world.pass_()
    assert world.has_no_right
    assert "lend again" in world.news.ended[-1].reason
    world.lend()
    assert world.is_lent


def test_the_tag_of_a_lent_copy_names_the_account() -> None:
    world = LendingWorld()
    world.lend()
    assert BORROWER in world.ebs.all[COPY_ID].tags["snapkeep:hold"]


def test_a_grant_of_an_account_that_left_the_config_is_found_by_its_name() -> None:
    world = LendingWorld()
    world.lend()
    world.vault = replace(world.vault, lend_to=())
    world.lose_journal()
    world.pass_()
    assert world.has_no_right


def test_people_are_told_at_once_of_a_loan_that_does_not_end() -> None:
    world = LendingWorld()
    world.lend()
    world.wait(days=2)
    world.shares.fail_next("unshare", *[Forbidden("explicit deny in an SCP")] * 2)
    report = world.pass_()
    assert report.given_up and world.shares.all
    told = [(topic.kind, due[0].reason) for topic, due, _ in world.news.troubles]
    assert told == [(TroubleKind.LOANS_NOT_ENDED, "explicit deny in an SCP")]
    world.wait(minutes=5)
    world.pass_()
    world.pass_()
    assert world.has_no_right
    assert len(world.news.troubles) == 1


def test_trouble_with_one_loan_does_not_keep_the_others() -> None:
    world = LendingWorld()
    other = "snap-00000000000000001"
    world.ebs.put(a_vault_copy(id=other))
    world.lend()
    world.lend(other)
    world.wait(days=2)
    world.shares.fail_next("unshare", Forbidden("explicit deny in an SCP"))
    report = world.pass_()
    assert len(report.ended) == 1 and len(report.given_up) == 1


def test_the_grants_that_a_borrower_made_itself_end_with_its_last_loan() -> None:
    world = LendingWorld()
    other = "snap-00000000000000001"
    world.ebs.put(a_vault_copy(id=other))
    world.lend()
    world.lend(other, lasts=timedelta(days=3))
    world.grants.made_by(BORROWER, VAULT_KEY)
    world.grants.made_by(STRANGER, VAULT_KEY)
    world.wait(days=2)
    world.pass_()
    assert owners(world) == [BORROWER, STRANGER]
    world.wait(days=1)
    world.pass_()
    assert owners(world) == [STRANGER]


def test_a_grant_that_a_borrower_made_while_its_own_was_revoked_ends_too() -> None:
    world = LendingWorld()
    world.lend()
    world.end()
    world.grants.made_by(BORROWER, VAULT_KEY)
    world.pass_()
    assert world.has_no_right


def owners(world: LendingWorld) -> list[str]:
    """The accounts whose own grants on the vault's key are in force."""
    return sorted(each.account for each in world.grants.all.values() if not each.snapshot_id)


def test_the_key_is_taken_back_although_ec2_does_not_unshare() -> None:
    world = LendingWorld()
    world.lend()
    world.wait(days=2)
    world.shares.fail_next("unshare", Forbidden("explicit deny in an SCP"))
    assert world.pass_().given_up
    assert world.shares.all and not world.grants.all


@pytest.mark.parametrize("hidden", ["the list of grants", "what is shared with an account"])
def test_what_cannot_be_listed_hides_no_other_right(hidden: str) -> None:
    world = LendingWorld()
    world.vault = replace(world.vault, lend_to=("111111111111", BORROWER))
    world.build()
    world.lend()
    world.lose_journal()
    if hidden == "the list of grants":
        world.grants.fail_next("of_loans", Forbidden("explicit deny in an SCP"))
    else:
        world.shares.fail_next("shared_with", PermanentError("no such account"))
    assert len(world.pass_().given_up) == 1
    assert world.has_no_right
