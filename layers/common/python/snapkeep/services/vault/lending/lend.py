"""Lends a copy: journals the intent, holds the copy, grants the key, shares the copy, journals that."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain.copies.copies import Copy, read_copy
from snapkeep.domain.copies.tags import is_copy, is_from_elsewhere
from snapkeep.domain.errors import LoanRefused, NotFound, PermanentError
from snapkeep.domain.points import Snapshot
from snapkeep.domain.retention.snapshot_tags import Unreadable
from snapkeep.domain.vault.loan_documents import LoanDocument, document_of
from snapkeep.domain.vault.loans import LoanStage, new_loan, prolonged
from snapkeep.domain.vault.vault import Vault
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.loans import Grants, LoanNews, Loans
from snapkeep.ports.vaults import Shares
from snapkeep.services.restore.holds import HoldPoints
from snapkeep.services.vault.lending.end_loans import EndLoans, holder_of

log = logging.getLogger(__name__)

REFUSED_BY_AWS = (
    "read AWS's reason: an organization's policy may forbid it, or the account may not exist; then lend again"
)


@dataclass(frozen=True, slots=True)
class Lend:
    """Lends the copies of a vault. `snapshots` shows all of the account's."""

    vault: Vault
    snapshots: Snapshots
    loans: Loans
    shares: Shares
    grants: Grants
    holds: HoldPoints
    ender: EndLoans
    news: LoanNews
    clock: Clock

    def lend(self, named: str, account: str, lasts: timedelta, caller: str) -> LoanDocument:
        """Lend the copy of that snapshot id or point id; to repeat it changes nothing but a later end.

        Raises NotFound, LoanRefused, and TemporaryError when AWS does not answer: then the same call goes on,
        or the next pass takes back what was begun.
        """
        snapshot, copy = self._found(named)
        new = new_loan(self.vault, copy, account, lasts, caller, self.clock())
        known = self.loans.loan(copy.snapshot_id, account)
        is_new = known is None or not known.is_open
        loan = self.loans.write_loan(prolonged(known, new))
        try:
            self.holds.hold(snapshot.id, holder_of(account), f"it is lent to {account}", loan.until)
            self.grants.grant(loan.key, snapshot.id, account)
            self.shares.share(snapshot.id, account)
        except PermanentError as error:
            if is_new:
                self.ender.end(loan, f"it could not be lent: {error.reason}")
            raise LoanRefused(f"{snapshot.id} cannot be lent: {error.reason}", REFUSED_BY_AWS) from error
        if loan.stage is LoanStage.BEGINNING:
            self.news.loan_begun(loan)
        lent = self.loans.write_loan(loan.lent())
        return document_of(snapshot, snapshot.owner, account, self.vault.region, lent.until)

    def _found(self, named: str) -> tuple[Snapshot, Copy]:
        """The copy of that snapshot id, or the best one of that point id. Raises NotFound."""
        found = [(each, copy) for each in self._candidates(named) if (copy := self._copy(each)) is not None]
        if not found:
            raise NotFound(f"this vault has no copy {named}: `snapkeep get copies` lists those it has")
        return max(found, key=lambda each: (each[1].is_good, each[1].started_at))

    def _candidates(self, named: str) -> Iterator[Snapshot]:
        if named.startswith("snap-"):
            snapshot = self.snapshots.get(named)
            return iter(() if snapshot is None else (snapshot,))
        return self.snapshots.find({"snapkeep:managed": "copy", "snapkeep:point": named})

    def _copy(self, snapshot: Snapshot) -> Copy | None:
        """The copy of one of the vault's sources that a snapshot holds; None for anything else."""
        copy = read_copy(snapshot) if is_copy(snapshot.tags) else None
        if copy is None or isinstance(copy, Unreadable):
            return None
        source = self.vault.source(copy.place)
        return copy if source and not is_from_elsewhere(snapshot, source.home) else None
