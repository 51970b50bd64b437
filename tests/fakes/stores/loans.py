"""In-memory loans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.vault.loans import Loan
from tests.fakes.faults import Faults


class MemoryLoans(Faults):
    """The Loans port in a dict; every method is one atomic step."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self.all: dict[tuple[str, str], Loan] = {}

    def write_loan(self, loan: Loan) -> Loan:
        self._before("write_loan")
        key = (loan.snapshot_id, loan.account)
        known = self.all.get(key)
        if (known.revision if known else 0) != loan.revision:
            raise TemporaryError(f"the loan of {loan.snapshot_id} is written by many at once")
        self.all[key] = replace(loan, revision=loan.revision + 1)
        self._after("write_loan")
        return self.all[key]

    def loan(self, snapshot_id: str, account: str) -> Loan | None:
        self._before("loan")
        return self.all.get((snapshot_id, account))

    def open_loans(self) -> Iterator[Loan]:
        self._before("open_loans")
        yield from [loan for loan in self.all.values() if loan.is_open]

    def loans(self) -> Iterator[Loan]:
        self._before("loans")
        yield from sorted(self.all.values(), key=lambda loan: loan.begun_at, reverse=True)
