"""A deployment in a third account that borrows from the vault of `LendingWorld`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

from snapkeep.domain.copies.copies import Copy
from snapkeep.domain.policies import Cluster, Deployment
from snapkeep.domain.vault.borrower import Borrow
from snapkeep.domain.vault.loan_documents import LoanDocument
from snapkeep.inbound.api.actions import Actions
from snapkeep.wiring import api, borrowing
from snapkeep.wiring.ports import Ports
from tests.fakes import FakeAnnouncer
from tests.fakes.journal import MemoryJournal, wrapped
from tests.fakes.keys import FakeKeys
from tests.fakes.lending import BORROWER, VAULT_ACCOUNT, LendingWorld
from tests.fakes.ports import some_ports
from tests.fakes.vault import FakeSharedSnapshots, VaultCopies

OWN_KEY = f"arn:aws:kms:ap-northeast-2:{BORROWER}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SPARE = "spare"


class RegionsOfBorrower:
    """EC2 of the borrower's Region."""

    def __init__(self, copies: Any) -> None:
        self._copies = copies

    def copier(self, region: str) -> Any:
        return self._copies


class BorrowingWorld:
    """The borrower, with no copy of its own yet; `lender` is the vault."""

    def __init__(self) -> None:
        self.lender = LendingWorld()
        self.clock = self.lender.clock
        self.ec2 = VaultCopies(self.lender.shares, BORROWER)
        self.shared = FakeSharedSnapshots(self.lender.shares, BORROWER, VAULT_ACCOUNT)
        self.keys = FakeKeys()
        self.journal = MemoryJournal()
        self.announcer = FakeAnnouncer()
        self.deployment = Deployment(
            (Cluster(SPARE, "ap-northeast-2"),),
            (),
            adopt=True,
            borrow=Borrow((VAULT_ACCOUNT,), OWN_KEY),
        )
        self._nonces = count(1)

    def ports(self, wrap: Callable[[Any], Any] = lambda port: port) -> Ports:
        return some_ports(
            deployment=self.deployment,
            everybodys_snapshots=wrap(self.ec2),
            shared=wrap(self.shared),
            regions=RegionsOfBorrower(wrap(self.ec2)),
            keys=self.keys,
            journal=wrapped(self.journal, wrap),
            changes=self.announcer,
            clock=self.clock,
            nonce=lambda: f"nonce-{next(self._nonces)}",
        )

    def actions(self, wrap: Callable[[Any], Any] = lambda port: port) -> Actions:
        """The API's actions in this world."""
        return api.actions(self.ports(wrap))

    def lent(self) -> LoanDocument:
        """The document of a loan that has begun."""
        return self.lender.lend()

    def borrow(self, loan: LoanDocument, wrap: Callable[[Any], Any] = lambda port: port) -> Copy:
        return borrowing.borrow_copy(self.ports(wrap)).borrow(loan)

    def without(self, **changes: Any) -> None:
        """Change the deployment."""
        self.deployment = replace(self.deployment, **changes)
