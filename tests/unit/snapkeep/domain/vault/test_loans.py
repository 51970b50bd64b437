"""Loans by themselves: when they are over, what prolongs them, and whose grant is whose."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.vault.loans import (
    GIVE_UP_AFTER,
    LoanStage,
    grant_name,
    over,
    prolonged,
    read_grant_name,
    root_of,
)
from tests.contract.ports.samples import NOW
from tests.contract.ports.test_loan_journal import a_loan

SECOND = timedelta(seconds=1)
LENT = a_loan(stage=LoanStage.LENT, revision=2)


def test_a_loan_is_over_when_its_time_is_and_not_a_second_before() -> None:
    assert not LENT.is_over(LENT.until - SECOND)
    assert LENT.is_over(LENT.until)
    assert over(LENT, LENT.until) == "its time was over at 2026-11-26 18:00 UTC"


def test_a_loan_that_never_began_is_given_up_after_a_quarter_of_an_hour() -> None:
    loan = a_loan()
    assert not loan.is_over(NOW + GIVE_UP_AFTER - SECOND)
    assert loan.is_over(NOW + GIVE_UP_AFTER)
    assert over(loan, NOW + GIVE_UP_AFTER) == "it could not begin"


def test_a_loan_that_somebody_ends_is_over_at_once_and_for_good_once_it_has_ended() -> None:
    ending = LENT.ending("ann")
    assert ending.is_over(NOW) and ending.is_open
    assert over(ending, NOW) == "ended by ann"
    assert ending.ending().ended_by == "ann"
    ended = ending.ended(NOW, "ended by ann")
    assert not ended.is_open and not ended.is_over(LENT.until)


def test_of_two_loans_of_a_copy_to_an_account_the_later_end_counts() -> None:
    longer = a_loan(until=LENT.until + timedelta(days=1))
    assert prolonged(LENT, longer) == replace(LENT, until=longer.until)
    assert prolonged(LENT, a_loan(until=NOW)) == LENT


def test_a_loan_after_one_that_has_ended_begins_anew_over_its_record() -> None:
    ended = LENT.ending("ann").ended(NOW, "ended by ann")
    assert prolonged(ended, a_loan()) == a_loan(revision=ended.revision)
    assert prolonged(None, a_loan()) == a_loan()


def test_a_loan_that_is_just_ending_cannot_be_prolonged() -> None:
    with pytest.raises(TemporaryError, match="is just ending"):
        prolonged(LENT.ending("ann"), a_loan())


@pytest.mark.parametrize(
    "name",
    [
        "",
        "backup",
        "snapkeep-loan:snap-0a:33334444555",
        "snapkeep-loan:snap-0a:333344445555\n",
        "my snapkeep-loan:snap-0a:333344445555",
        "snapkeep-loan:vol-0a:333344445555",
    ],
)
def test_a_grant_of_anybody_else_is_no_loan(name: str) -> None:
    assert read_grant_name(name) is None


def test_a_grant_of_a_loan_names_the_copy_and_the_account() -> None:
    assert read_grant_name(grant_name("snap-0a", "333344445555")) == ("snap-0a", "333344445555")


def test_an_account_stands_in_its_partition() -> None:
    assert root_of("333344445555", "ap-northeast-2") == "arn:aws:iam::333344445555:root"
    assert root_of("333344445555", "cn-north-1") == "arn:aws-cn:iam::333344445555:root"
