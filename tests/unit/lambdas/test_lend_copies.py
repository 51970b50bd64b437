"""lend_copies: what the API asks is answered with the loan or with why there is none; a tick ends loans."""

from __future__ import annotations

import pytest

from lambdas.lend_copies.handler import handle
from snapkeep.domain.errors import TemporaryError
from snapkeep.inbound.errors import MalformedMessage
from snapkeep.settings import LendCopiesSettings
from snapkeep.wiring import aws
from tests.fakes.lending import BORROWER, COPY_ID, LendingWorld
from tests.unit.lambdas.conftest import Context, Load


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> LendingWorld:
    """A vault with a copy."""
    world = LendingWorld()
    for variable in LendCopiesSettings(journal_table="t", event_bus="b").to_environment():
        monkeypatch.setenv(variable, "x")
    monkeypatch.setattr(aws, "ports", lambda _: world.ports)
    return world


def test_a_copy_is_lent_and_a_tick_ends_the_loan_when_its_time_is_over(
    vault: LendingWorld, sample: Load, context: Context
) -> None:
    loan = handle(sample("lend_copies/lend"), context)["loan"]
    assert (loan["snapshot"], loan["borrower"]) == (COPY_ID, BORROWER)
    assert vault.is_lent
    handle(sample("lend_copies/tick"), context)
    assert vault.is_lent
    vault.wait(days=2)
    assert len(handle(sample("lend_copies/tick"), context)["ended"]) == 1
    assert vault.has_no_right


def test_a_person_ends_a_loan(vault: LendingWorld, sample: Load, context: Context) -> None:
    handle(sample("lend_copies/lend"), context)
    assert handle(sample("lend_copies/end"), context) == {"loan": {}}
    assert vault.has_no_right


def test_the_answer_says_why_there_is_no_loan(vault: LendingWorld, sample: Load, context: Context) -> None:
    asked = sample("lend_copies/lend")
    refused = handle({**asked, "account": "999999999999"}, context)
    assert "999999999999 is not in the vault's lend_to" in refused["refused"] and refused["fix"]
    assert "has no copy snap-0other" in handle({**asked, "lend": "snap-0other"}, context)["not_found"]
    assert "is not lent" in handle(sample("lend_copies/end"), context)["not_found"]
    vault.shares.fail_next("share", TemporaryError("EC2 does not answer"))
    assert handle(asked, context) == {"later": "EC2 does not answer"}


def test_half_a_request_is_refused(vault: LendingWorld, context: Context) -> None:
    with pytest.raises(MalformedMessage, match="not a request for a loan"):
        handle({"lend": COPY_ID}, context)
    assert vault.has_no_right
