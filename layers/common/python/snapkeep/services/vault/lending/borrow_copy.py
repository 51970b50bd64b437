"""Borrows a copy: checks what a loan document says, and copies the lent snapshot under a key of our own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain import tags
from snapkeep.domain.copies.copies import Copy, CopyState, read_copy
from snapkeep.domain.copies.description import description_of
from snapkeep.domain.copies.tags import found_by as all_in
from snapkeep.domain.errors import LoanRefused, NotFound, PermanentError, TemporaryError, Throttled
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.policies import Deployment
from snapkeep.domain.retention.snapshot_tags import Unreadable
from snapkeep.domain.vault.borrower import Borrow
from snapkeep.domain.vault.borrowing import PLACE, borrowed_tags, check_lender, check_lent, found_by
from snapkeep.domain.vault.loan_documents import LoanDocument
from snapkeep.ports.clock import Clock, Nonce
from snapkeep.ports.copies import CopyRecords
from snapkeep.ports.ec2 import Copier, Keys, Snapshots
from snapkeep.ports.vaults import SharedSnapshots

EC2_LAGS = timedelta(minutes=10)
"""How long EC2 may hide a new copy from listings: so long nobody else begins the same."""


@dataclass(frozen=True, slots=True)
class BorrowCopy:
    """Makes copies in the place `loan` of the deployment's Region, each once; nobody prunes them.

    `snapshots` shows all copies in the Region, `shared` what other accounts share, in any Region.
    """

    deployment: Deployment
    snapshots: Snapshots
    shared: SharedSnapshots
    copier: Copier
    keys: Keys
    leases: CopyRecords
    clock: Clock
    nonce: Nonce

    def borrow(self, loan: LoanDocument) -> Copy:
        """The copy of what is lent, begun now unless it is there already; a failed one is made again.

        Raises LoanRefused, and TemporaryError when EC2 takes no copy now or somebody else just began it.
        """
        borrow = check_lender(self.deployment.borrow, loan)
        known = self._known(found_by(loan))
        if known is not None and known.is_there:
            return known
        lent = self.shared.shared(loan.region, [loan.snapshot]).get(loan.snapshot)
        check_lent(loan, lent, self.clock())
        if trouble := self.keys.encrypting(borrow.kms_key):
            raise LoanRefused(
                f"the loan cannot be copied: {trouble}",
                "repair that key or set another borrow.kms_key and deploy, then borrow again",
            )
        return self._begin(borrow, loan, known)

    def show(self, point: str) -> Copy:
        """The borrowed copy of a point, in any state. Raises NotFound."""
        found = self._known({**all_in(PLACE), tags.POINT: point})
        if found is None:
            raise NotFound(f"no copy of {point} was borrowed (EC2 may need minutes to show a new one)")
        return found

    def _begin(self, borrow: Borrow, loan: LoanDocument, failed: Copy | None) -> Copy:
        """The new copy, after the last `failed` one. EC2 copies twice if it is asked twice, and may hide the
        first: a lease, which is only given back if certainly nothing was made, keeps a second request off. A
        copy that EC2 shows as failed is hidden no more, so the next one has a lease of its own."""
        after = failed.snapshot_id if failed else "none"
        lease, owner, now = f"{PLACE}/{loan.point}/{after}", self.nonce(), self.clock()
        if not self.leases.lease_place(lease, owner, now + EC2_LAGS, now):
            minutes = EC2_LAGS.seconds // 60
            raise TemporaryError(
                f"the copy of {loan.point} was begun less than {minutes} minutes ago, and EC2 does not show "
                "it yet: run the same command again in some minutes"
            )
        known = self._known(found_by(loan))
        if known is not None and known.is_there:
            return known
        wanted = borrowed_tags(loan)
        try:
            made = self.copier.copy(
                loan.snapshot, loan.region, borrow.kms_key, wanted, description_of(wanted)
            )
        except Throttled:
            self.leases.release_place(lease, owner)
            raise
        except PermanentError as error:
            self.leases.release_place(lease, owner)
            raise LoanRefused(
                f"EC2 does not copy {loan.snapshot}: {error.reason}",
                "read AWS's reason: a policy of this account may forbid it, or the loan may have ended; then "
                "borrow again",
            ) from error
        return self._new(made, loan, borrow, wanted)

    def _new(self, made: str, loan: LoanDocument, borrow: Borrow, wanted: dict[str, str]) -> Copy:
        """The copy that was just begun, which EC2 may not show yet."""
        pending = Snapshot(
            id=made,
            volume_id="",
            state=SnapshotState.PENDING,
            started_at=self.clock(),
            size_bytes=loan.size_bytes,
            tags=wanted,
            key=borrow.kms_key,
        )
        found = read_copy(pending)
        assert isinstance(found, Copy)  # as check_lent has seen it
        return found

    def _known(self, wanted: Mapping[str, str]) -> Copy | None:
        """The best copy with these tags; one that counts before failed ones, then the newest."""
        return max(
            self._read(wanted),
            key=lambda copy: (copy.is_there, copy.state is CopyState.READY, copy.started_at),
            default=None,
        )

    def _read(self, wanted: Mapping[str, str]) -> Iterator[Copy]:
        for snapshot in self.snapshots.find(wanted):
            copy = read_copy(snapshot)
            if not isinstance(copy, Unreadable):
                yield copy
