"""`snapkeep copies lend`, `end-loan` and `borrow`, `snapkeep get loans`."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from snapkeep.domain.vault.loan_documents import read_loan_document
from tests.fakes.borrowing import BorrowingWorld
from tests.fakes.copies import BAD_KEY
from tests.fakes.lending import BORROWER, COPY_ID, OTHER, LendingWorld
from tests.unit.snapkeep_cli.conftest import Command, connected

LEND = ("copies", "lend", COPY_ID, "--to", BORROWER)


@pytest.fixture
def world() -> LendingWorld:
    return LendingWorld()


def test_a_loan_prints_its_document_and_says_when_it_ends(snapkeep: Command, world: LendingWorld) -> None:
    ended = snapkeep(*LEND)
    document = read_loan_document(json.loads(ended.out))
    assert (document.snapshot, document.borrower) == (COPY_ID, BORROWER)
    assert f"{COPY_ID} is lent to {BORROWER} until 2026-11-27T18:00:05Z" in ended.err
    assert "snapkeep copies borrow --loan FILE" in ended.err
    assert world.is_lent


def test_the_document_goes_into_a_file(snapkeep: Command, tmp_path: Path) -> None:
    file = tmp_path / "loan.json"
    ended = snapkeep(*LEND, "--for", "12h", "-o", str(file))
    assert (ended.code, ended.out) == (0, "")
    assert read_loan_document(json.loads(file.read_text())).snapshot == COPY_ID
    assert f"snapkeep copies borrow --loan {file}" in ended.err
    failed = snapkeep(*LEND, "-o", str(tmp_path / "nowhere" / "loan.json"))
    assert (failed.code, "the loan has begun, but" in failed.err) == (1, True)


def test_loans_are_listed_and_ended(snapkeep: Command, world: LendingWorld) -> None:
    assert "no loans" in snapkeep("get", "loans").err
    snapkeep(*LEND)
    row = snapkeep("get", "loans").out.splitlines()[1].split()
    assert row[:3] == [COPY_ID, BORROWER, "lent"]
    ended = snapkeep("copies", "end-loan", COPY_ID, "--to", BORROWER)
    assert (ended.code, world.has_no_right) == (0, True)
    assert "ended" in snapkeep("get", "loans").out


def test_refusals_and_slips_end_the_command_with_their_reason(snapkeep: Command) -> None:
    refused = snapkeep("copies", "lend", COPY_ID, "--to", OTHER)
    assert (refused.code, "error[loan_refused]" in refused.err) == (3, True)
    slip = snapkeep(*LEND, "--for", "soon")
    assert (slip.code, "--for: 'soon' is not a span of time" in slip.err) == (2, True)


@pytest.fixture
def borrower() -> BorrowingWorld:
    return BorrowingWorld()


@pytest.fixture
def there(borrower: BorrowingWorld, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command, connected to the borrower's API."""
    return connected(borrower, monkeypatch)  # type: ignore[arg-type]


@pytest.fixture
def loan(borrower: BorrowingWorld, tmp_path: Path) -> str:
    """The file of a loan that has begun."""
    file = tmp_path / "loan.json"
    file.write_text(json.dumps(borrower.lent().to_document()))
    return str(file)


def test_a_loan_is_borrowed_once_and_then_restored_from(
    there: Command, borrower: BorrowingWorld, loan: str
) -> None:
    begun = there("copies", "borrow", "--loan", loan)
    assert (begun.code, "pending" in begun.out) == (0, True)
    borrower.ec2.finish_copies()
    ended = there("copies", "borrow", "--loan", loan, "--wait")
    assert (ended.code, "ready" in ended.out) == (0, True)
    assert "snapkeep restore --from-place loan --claim wordpress/data --from-cluster myeks" in ended.err
    assert "stays until you delete it" in ended.err
    assert len(borrower.ec2.all) == 1


def test_waiting_shows_why_a_copy_failed(there: Command, borrower: BorrowingWorld, loan: str) -> None:
    borrower.ec2.fails.append(BAD_KEY)
    there("copies", "borrow", "--loan", loan)
    borrower.ec2.finish_copies()
    borrower.clock.forward(minutes=1)
    borrower.ec2.fails.append(BAD_KEY)
    borrower.ec2.meanwhile("find", lambda: None)
    borrower.ec2.meanwhile("find", lambda: None)
    borrower.ec2.meanwhile("find", borrower.ec2.finish_copies)
    ended = there("copies", "borrow", "--loan", loan, "--wait")
    assert (ended.code, BAD_KEY in ended.err) == (3, True)


def test_an_earlier_copy_that_failed_does_not_end_the_wait(
    there: Command, borrower: BorrowingWorld, loan: str
) -> None:
    borrower.ec2.fails.append(BAD_KEY)
    there("copies", "borrow", "--loan", loan)
    borrower.ec2.finish_copies()
    borrower.ec2.lag = timedelta(seconds=30)

    def shown() -> None:
        borrower.ec2.finish_copies()
        borrower.clock.forward(minutes=1)

    for change in (lambda: None, lambda: None, lambda: None, shown):
        borrower.ec2.meanwhile("find", change)
    ended = there("copies", "borrow", "--loan", loan, "--wait")
    assert (ended.code, "ready" in ended.out) == (0, True), ended.err


def test_a_file_that_is_no_loan_is_named(there: Command, tmp_path: Path) -> None:
    file = tmp_path / "loan.json"
    for text, says in (("{", "is not JSON"), ("{}", "this is not a loan document")):
        file.write_text(text)
        ended = there("copies", "borrow", "--loan", str(file))
        assert (ended.code, says in ended.err) == (2, True)
    assert "cannot be read" in there("copies", "borrow", "--loan", str(tmp_path / "nowhere")).err
