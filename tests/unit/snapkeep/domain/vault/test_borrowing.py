"""A borrower believes EC2 and the hash of the point, and of the document nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain import tags
from snapkeep.domain.errors import LoanRefused
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.vault.borrower import Borrow
from snapkeep.domain.vault.borrowing import borrowed_tags, check_lender, check_lent, found_by
from tests.fakes.lending import OTHER, VAULT_ACCOUNT, a_vault_copy
from tests.unit.snapkeep.domain.copies.copy_samples import NOW
from tests.unit.snapkeep.domain.vault.test_loan_documents import LOAN

KEY = "arn:aws:kms:ap-northeast-2:333344445555:key/1"
LATER = NOW + timedelta(days=1)


def as_seen(**changes: Any) -> Snapshot:
    """The lent copy as EC2 shows it to the borrower: without tags."""
    return replace(a_vault_copy(tags={}), **changes)


def test_a_true_loan_is_taken() -> None:
    check_lent(LOAN, as_seen(), LATER)


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        (as_seen(owner=OTHER), f"belongs to account {OTHER}"),
        (as_seen(size_bytes=2**31), "has 2147483648 bytes, not 1073741824"),
        (as_seen(state=SnapshotState.PENDING), "is pending"),
        (as_seen(started_at=LATER + timedelta(hours=2)), "which is in the future"),
        (as_seen(started_at=NOW - timedelta(days=1)), "snapkeep:taken says"),
        (None, "EC2 shows no snap-"),
    ],
)
def test_what_ec2_shows_otherwise_is_refused(seen: Snapshot | None, says: str) -> None:
    with pytest.raises(LoanRefused, match=says):
        check_lent(LOAN, seen, LATER)


@pytest.mark.parametrize("key", [tags.CLUSTER, tags.CLAIM_UID, tags.POLICY, tags.SLOT, tags.DEPLOYMENT])
def test_tags_that_do_not_fit_the_id_of_the_point_are_refused(key: str) -> None:
    value = "20261124T170000Z" if key == tags.SLOT else "edited"
    with pytest.raises(LoanRefused, match="the loan document is wrong"):
        check_lent(replace(LOAN, tags={**LOAN.tags, key: value}), as_seen(), LATER)


def test_a_loan_that_is_over_says_so() -> None:
    with pytest.raises(LoanRefused, match="it ended at 2026-11-24 18:00 UTC"):
        check_lent(LOAN, None, LATER)
    with pytest.raises(LoanRefused, match="it has ended, or never began"):
        check_lent(LOAN, None, NOW - timedelta(days=1))


def test_only_lenders_of_the_config_are_trusted() -> None:
    mine = Borrow((VAULT_ACCOUNT,), KEY)
    assert check_lender(mine, LOAN) == mine
    with pytest.raises(LoanRefused, match=f"account {VAULT_ACCOUNT}, and borrow.from names only {OTHER}"):
        check_lender(Borrow((OTHER,), KEY), LOAN)
    with pytest.raises(LoanRefused, match="borrows nothing"):
        check_lender(None, LOAN)


def test_a_borrowed_copy_has_the_tags_of_the_lent_one_in_a_place_of_its_own() -> None:
    made = borrowed_tags(LOAN)
    assert made["snapkeep:place"] == "loan"
    assert {key for key in made if made[key] != a_vault_copy().tags[key]} == {"snapkeep:place"}
    assert found_by(LOAN).items() <= made.items()
