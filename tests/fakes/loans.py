"""In-memory grants, and what is said about loans."""

from __future__ import annotations

from collections.abc import Iterator

from snapkeep.domain.errors import NotFound
from snapkeep.domain.vault.loans import Grant, Loan
from tests.fakes.faults import Faults
from tests.fakes.troubles import FakeTroubleNews


class FakeGrants(Faults):
    """The grants of loans on keys; a key in `gone` does not exist."""

    def __init__(self) -> None:
        super().__init__()
        self.all: dict[str, Grant] = {}
        self.gone: set[str] = set()

    def grant(self, key: str, snapshot_id: str, account: str) -> None:
        self._before("grant")
        self._check(key)
        grant = Grant(f"{key}/{snapshot_id}/{account}", key, snapshot_id, account)
        self.all[grant.id] = grant
        self._after("grant")

    def made_by(self, account: str, key: str) -> None:
        """An account that may use the key lets somebody else use it."""
        grant = Grant(f"{key}/{len(self.all)}/{account}", key, "", account)
        self.all[grant.id] = grant

    def revoke(self, grant: Grant) -> None:
        self._before("revoke")
        self.all.pop(grant.id, None)
        self._after("revoke")

    def of_loans(self, key: str) -> Iterator[Grant]:
        self._before("of_loans")
        yield from [grant for grant in self.all.values() if grant.key == key and key not in self.gone]

    def _check(self, key: str) -> None:
        if key in self.gone:
            raise NotFound(f"{key}: NotFoundException")


class FakeLoanNews(FakeTroubleNews):
    """Records what is said about loans."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: list[Loan] = []
        self.ended: list[Loan] = []

    def loan_begun(self, loan: Loan) -> None:
        self._before("loan_begun")
        self.begun.append(loan)
        self._after("loan_begun")

    def loan_ended(self, loan: Loan) -> None:
        self._before("loan_ended")
        self.ended.append(loan)
        self._after("loan_ended")
