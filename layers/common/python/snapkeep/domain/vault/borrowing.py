"""Borrowing: what a deployment checks before it copies what another account has lent it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.copies.copies import CLOCKS_DIFFER, read_copy
from snapkeep.domain.errors import LoanRefused
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.retention.snapshot_tags import Unreadable
from snapkeep.domain.times import moment
from snapkeep.domain.vault.borrower import Borrow
from snapkeep.domain.vault.loan_documents import LoanDocument

PLACE = "loan"
"""The place of borrowed copies: `snapkeep restore --from-place loan`."""

CONFIG = "set borrow in the borrower's snapkeep.yaml, and deploy"


def borrowed_tags(loan: LoanDocument) -> dict[str, str]:
    """The tags of the borrowed copy, for the call that makes it: those of the lent one, in place `loan`."""
    return {**loan.tags, copy_tags.PLACE: PLACE}


def found_by(loan: LoanDocument) -> dict[str, str]:
    """The tags by which EC2 finds what was borrowed already: the same point from the same source."""
    same = (copy_tags.COPY_OF, copy_tags.COPY_FROM)
    named = {key: loan.tags[key] for key in same if key in loan.tags}
    return {**copy_tags.found_by(PLACE), **named}


def check_lender(borrow: Borrow | None, loan: LoanDocument) -> Borrow:
    """The setting, if it takes loans of this lender. Raises LoanRefused."""
    if borrow is None:
        raise LoanRefused("this deployment borrows nothing: its snapkeep.yaml has no borrow", CONFIG)
    if loan.lender not in borrow.lenders:
        raise LoanRefused(
            f"the lender is account {loan.lender}, and borrow.from names only {', '.join(borrow.lenders)}",
            "if you trust the lender, add it to borrow.from and deploy",
        )
    return borrow


def check_lent(loan: LoanDocument, lent: Snapshot | None, now: datetime) -> None:
    """Compare a loan with the lent snapshot as EC2 shows it; None when it shows none. Raises LoanRefused.

    The point's id hashes what the tags say about deployment, cluster, claim, policy and slot, and the lent
    snapshot's description, which EC2 shows to borrowers, repeats the rest.
    """
    if lent is None:
        ended = f"it ended at {moment(loan.until)}" if loan.until <= now else "it has ended, or never began"
        raise LoanRefused(
            f"EC2 shows no {loan.snapshot} in {loan.region}: the loan is for account {loan.borrower}, and "
            f"{ended}",
            "ask the lender to lend the copy to this account again",
        )
    if lent.owner != loan.lender:
        raise _false(f"{lent.id} belongs to account {lent.owner}, not to {loan.lender}")
    if lent.size_bytes != loan.size_bytes:
        raise _false(f"{lent.id} has {lent.size_bytes} bytes, not {loan.size_bytes}")
    if lent.state is not SnapshotState.COMPLETED:
        raise _false(f"{lent.id} is {lent.state}, not completed")
    if lent.started_at > now + CLOCKS_DIFFER:
        raise _false(f"{lent.id} was started at {moment(lent.started_at)}, which is in the future")
    found = read_copy(replace(lent, tags=dict(loan.tags)))
    if isinstance(found, Unreadable):
        raise _false(found.reason)


def _false(why: str) -> LoanRefused:
    return LoanRefused(f"the loan document is wrong: {why}", "ask the lender for the document again")
