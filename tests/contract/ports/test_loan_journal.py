"""What every journal promises about loans: the one in memory and the one in DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.adapters.dynamodb import dynamo_journal
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.vault.loans import Loan
from snapkeep.ports.journal import Journal
from tests.contract.ports.samples import NOW, TABLE


def a_loan(snapshot: str = "snap-0aaa", account: str = "333344445555", **changes: Any) -> Loan:
    made = Loan(
        snapshot_id=snapshot,
        account=account,
        place="prod",
        cluster="myeks",
        namespace="shop",
        claim="mysql",
        point="mysql-1",
        key="arn:aws:kms:ap-northeast-2:222233334444:key/1",
        begun_at=NOW,
        until=NOW + timedelta(days=2),
        by="arn:aws:iam::222233334444:role/ann",
    )
    return replace(made, **changes)


def test_a_loan_comes_back_as_written(journal: Journal) -> None:
    assert journal.loans.loan("snap-0aaa", "333344445555") is None
    written = journal.loans.write_loan(a_loan())
    assert written == a_loan(revision=1)
    assert journal.loans.loan("snap-0aaa", "333344445555") == written
    assert journal.loans.loan("snap-0aaa", "444455556666") is None
    ended = journal.loans.write_loan(written.lent().ending("ann").ended(NOW, "ended by ann"))
    assert journal.loans.loan("snap-0aaa", "333344445555") == ended


def test_of_two_writers_one_has_to_look_again(journal: Journal) -> None:
    written = journal.loans.write_loan(a_loan())
    lent = journal.loans.write_loan(written.lent())
    for stale in (a_loan(), written.ended(NOW, "over")):
        with pytest.raises(TemporaryError):
            journal.loans.write_loan(stale)
    assert journal.loans.loan("snap-0aaa", "333344445555") == lent


def test_a_loan_is_open_until_it_has_ended_and_is_listed_afterwards(journal: Journal) -> None:
    first = journal.loans.write_loan(a_loan())
    second = journal.loans.write_loan(a_loan("snap-0bbb", begun_at=NOW + timedelta(hours=1)))
    third = journal.loans.write_loan(a_loan(account="444455556666", begun_at=NOW + timedelta(hours=2)))
    assert {each.snapshot_id for each in journal.loans.open_loans()} == {"snap-0aaa", "snap-0bbb"}
    first = journal.loans.write_loan(first.ended(NOW, "over"))
    assert set(journal.loans.open_loans()) == {second, third}
    assert list(journal.loans.loans()) == [third, second, first]


def test_an_ended_loan_is_forgotten_after_90_days(table_client: Any) -> None:
    loans = dynamo_journal(table_client, TABLE).loans
    open_one = loans.write_loan(a_loan())
    (item,) = table_client.scan(TableName=TABLE)["Items"]
    assert "expires_at" not in item
    loans.write_loan(open_one.ended(NOW, "over"))
    (item,) = table_client.scan(TableName=TABLE)["Items"]
    assert int(item["expires_at"]["N"]) == int((NOW + timedelta(days=90)).timestamp())
