"""What lending a vault's copies needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

from snapkeep.ports.news import GivenUpNews

if TYPE_CHECKING:
    from snapkeep.domain.vault.loans import Grant, Loan


class Loans(Protocol):
    """Loans from the intent to their end: one for each copy and account."""

    def write_loan(self, loan: Loan) -> Loan:
        """Write a new loan (revision 0) or the next revision of a known one, which is returned.

        Raises TemporaryError when somebody else wrote it meanwhile.
        """

    def loan(self, snapshot_id: str, account: str) -> Loan | None:
        """The loan of a copy to an account, ended or not."""

    def open_loans(self) -> Iterator[Loan]:
        """The loans that have not ended, the first to end first (a lagging index)."""

    def loans(self) -> Iterator[Loan]:
        """All loans, the last to begin first (a lagging index); those that ended long ago are forgotten."""


class Grants(Protocol):
    """Who else may use a vault's key."""

    def grant(self, key: str, snapshot_id: str, account: str) -> None:
        """Let an account use a key (an ARN) for the loan of a copy; one that already may is success.

        KMS may take minutes until every call knows it.
        """

    def revoke(self, grant: Grant) -> None:
        """Take that back; a grant that is gone is success."""

    def of_loans(self, key: str) -> Iterator[Grant]:
        """The grants on a key that loans made, by their names, and those that other accounts made; the others
        of the key's account are left out. A key that is gone has none."""


class LoanNews(GivenUpNews, Protocol):
    """Publishes what is lent, and what cannot be taken back."""

    def loan_begun(self, loan: Loan) -> None:
        """Publish that a copy is lent, to whom and by whom."""

    def loan_ended(self, loan: Loan) -> None:
        """Publish that a loan has ended, and why."""


class Lender(Protocol):
    """The function that lends: nobody else may share a copy."""

    def lend(self, snapshot_id: str, account: str, seconds: int, caller: str) -> dict[str, Any]:
        """Lend a copy; returns the loan document. Raises LoanRefused and NotFound."""

    def end(self, snapshot_id: str, account: str, caller: str) -> None:
        """End a loan now. Raises NotFound."""
