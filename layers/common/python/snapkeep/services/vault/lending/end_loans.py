"""Ends loans: unshares the copy, revokes the grant, releases the hold, and only then journals the end."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from snapkeep.domain.errors import NotFound, SnapkeepError
from snapkeep.domain.vault.loans import Loan, LoanStage, outlived, over
from snapkeep.ports.clock import Clock
from snapkeep.ports.loans import Grants, LoanNews, Loans
from snapkeep.ports.vaults import Shares
from snapkeep.services.restore.holds import HoldPoints

log = logging.getLogger(__name__)


def holder_of(account: str) -> str:
    """The holder of the hold that keeps a copy from pruning while it is lent to an account. The tag shows
    what follows the slash."""
    return f"loan/{account}"


@dataclass(frozen=True, slots=True)
class EndLoans:
    """Every step may be repeated, so a loan that could not be ended is ended by the next attempt."""

    loans: Loans
    shares: Shares
    grants: Grants
    holds: HoldPoints
    news: LoanNews
    clock: Clock

    def by_hand(self, snapshot_id: str, account: str, caller: str) -> Loan:
        """End a loan before its time. Raises NotFound without such a loan."""
        known = self.loans.loan(snapshot_id, account)
        if known is None:
            raise NotFound(f"{snapshot_id} is not lent to {account}: `snapkeep get loans` lists all loans")
        if not known.is_open:
            return known
        return self.end(self.loans.write_loan(known.ending(caller)))

    def end(self, loan: Loan, reason: str = "") -> Loan:
        """End an open loan now. The reason, for people, is why it ends, unless one is given.

        Raises what EC2 or KMS refuses while the account still has a right, and TemporaryError when somebody
        prolonged it meanwhile.
        """
        if loan.stage is not LoanStage.ENDING:
            loan = self.loans.write_loan(loan.ending())
        self.take_back(loan.snapshot_id, loan.account, loan.key)
        now = self.clock()
        ended = loan.ended(now, reason or over(loan, now))
        self.news.loan_ended(ended)
        return self.loans.write_loan(ended)

    def take_back(self, snapshot_id: str, account: str, key: str) -> None:
        """Unshare a copy, revoke the grants of its loan to the account, and release its hold.

        The key is taken back although EC2 does not unshare: either is enough to end most uses.
        """
        try:
            self.shares.unshare(snapshot_id, account)
        except SnapkeepError:
            self._revoke(snapshot_id, account, key)
            raise
        self._revoke(snapshot_id, account, key)
        self.holds.release(snapshot_id, holder_of(account))

    def _revoke(self, snapshot_id: str, account: str, key: str) -> None:
        """Revoke the loan's grants and, unless the account has another loan, those that it made itself."""
        found = list(self.grants.of_loans(key))
        of_loan = [each for each in found if (each.snapshot_id, each.account) == (snapshot_id, account)]
        others = [each for each in found if each not in of_loan]
        for grant in (*of_loan, *outlived(others, [account])):
            self.grants.revoke(grant)
