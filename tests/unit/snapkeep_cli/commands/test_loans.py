"""`snapkeep copies lend`, `snapkeep copies end-loan`, `snapkeep get loans`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from snapkeep.domain.vault.loan_documents import read_loan_document
from tests.fakes.lending import BORROWER, COPY_ID, OTHER, LendingWorld
from tests.unit.snapkeep_cli.conftest import Command

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
