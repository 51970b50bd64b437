"""A vault with a copy, from which a test lends; `pass_()` is a start of lend_copies by its schedule."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from snapkeep.adapters.aws.lambda_lender import LambdaLender
from snapkeep.domain import tags
from snapkeep.domain.points import Snapshot
from snapkeep.domain.policies import Deployment
from snapkeep.domain.vault.loan_documents import LoanDocument
from snapkeep.domain.vault.vault import Vault, VaultSource
from snapkeep.inbound.api.actions import Actions
from snapkeep.inbound.loans import loan_request
from snapkeep.services.vault.lending.sweep_loans import SweepReport
from snapkeep.wiring import api, lending
from tests.fakes import FakeAnnouncer
from tests.fakes.clock import TestClock
from tests.fakes.journal import MemoryJournal, wrapped
from tests.fakes.keys import FakeKeys
from tests.fakes.loans import FakeGrants, FakeLoanNews
from tests.fakes.ports import some_ports
from tests.fakes.snapshots import FakeSnapshots
from tests.fakes.vault import FakeShares
from tests.unit.snapkeep.domain.copies.copy_samples import NOW, a_copy_of, a_source

VAULT_ACCOUNT, BORROWER, OTHER = "222233334444", "333344445555", "444455556666"
VAULT_KEY = f"arn:aws:kms:ap-northeast-2:{VAULT_ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SOURCE = VaultSource("prod", "111122223333", "ap-northeast-2", "blue", ("myeks",), {"daily": 14})
VAULT = Vault("ap-northeast-2", VAULT_KEY, (SOURCE,), lend_to=(BORROWER,))
CALLER = f"arn:aws:sts::{VAULT_ACCOUNT}:assumed-role/on-call/ann"
COPY_ID = "snap-0123456789abcdef0"
TWO_DAYS = timedelta(days=2)


def a_vault_copy(**changes: Any) -> Snapshot:
    """A ready copy of prod in the vault, as EC2 shows it, except for the changes."""
    made = a_copy_of(a_source(), VAULT.place_of(SOURCE), id=COPY_ID, owner=VAULT_ACCOUNT)
    return replace(made, **changes)


class FunctionThatLends:
    """Lambda with the function lend_copies, as its caller sees it."""

    def __init__(self, world: LendingWorld) -> None:
        self._world = world

    def invoke(self, *, Payload: bytes, **_: Any) -> dict[str, Any]:
        request = loan_request(json.loads(Payload))
        assert request is not None
        answer = lending.answer(self._world.ports, request)
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}


class LendingWorld:
    """A vault whose only copy is `a_vault_copy`."""

    def __init__(self, wrap: Callable[[Any], Any] = lambda port: port) -> None:
        self.clock = TestClock(NOW + timedelta(days=1))
        self.ebs = FakeSnapshots(self.clock)
        self.ebs.put(a_vault_copy())
        self.keys = FakeKeys()
        self.shares = FakeShares(self.ebs, self.keys)
        self.grants = FakeGrants()
        self.news = FakeLoanNews()
        self.journal = MemoryJournal()
        self.announcer = FakeAnnouncer()
        self.vault = VAULT
        self.build(wrap)

    def build(self, wrap: Callable[[Any], Any] = lambda port: port) -> None:
        """Make the function anew; `wrap` may put a proxy around each port."""
        self.ports = some_ports(
            deployment=Deployment((), (), vault=self.vault),
            everybodys_snapshots=wrap(self.ebs),
            shares=wrap(self.shares),
            grants=wrap(self.grants),
            journal=wrapped(self.journal, wrap),
            loan_news=wrap(self.news),
            lender=LambdaLender(cast(Any, FunctionThatLends(self)), "lend-copies"),
            changes=self.announcer,
            clock=self.clock,
        )

    def actions(self, wrap: Callable[[Any], Any] = lambda port: port) -> Actions:
        """The API's actions in this world."""
        return api.actions(self.ports)

    def lend(self, copy: str = COPY_ID, account: str = BORROWER, lasts: timedelta = TWO_DAYS) -> LoanDocument:
        return lending.lend(self.ports).lend(copy, account, lasts, CALLER)

    def end(self) -> None:
        lending.end_loans(self.ports).by_hand(COPY_ID, BORROWER, CALLER)

    def pass_(self) -> SweepReport:
        """One start by the schedule."""
        return lending.sweep_loans(self.ports).run()

    def wait(self, **duration: float) -> None:
        self.clock.forward(**duration)

    def lose_journal(self) -> None:
        """All records are gone."""
        self.journal = MemoryJournal()
        self.build()

    @property
    def is_lent(self) -> bool:
        """True if the borrower may copy: the copy is shared with it, and its key granted."""
        shared = (COPY_ID, BORROWER) in self.shares.all
        return shared and any(each.account == BORROWER for each in self.grants.all.values())

    @property
    def has_no_right(self) -> bool:
        """True if nobody has a right, and nothing holds the copy."""
        return not self.shares.all and not self.grants.all and not self.is_held

    @property
    def is_held(self) -> bool:
        """True if prune leaves the copy alone."""
        return tags.HOLD in self.ebs.all[COPY_ID].tags
