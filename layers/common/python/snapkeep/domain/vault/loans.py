"""Loans: a copy in a vault that another account may copy for a while.

A loan shares the copy's snapshot with the account, and grants the account the use of the copy's key. Both end
with the loan; what the borrower has copied by then is the borrower's.
https://docs.aws.amazon.com/ebs/latest/userguide/share-kms-key.html
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from snapkeep.domain.copies.copies import Copy, CopyState
from snapkeep.domain.copies.places import partition_of
from snapkeep.domain.errors import LoanRefused, TemporaryError
from snapkeep.domain.times import moment
from snapkeep.domain.vault.vault import Vault

USUAL = timedelta(days=2)
"""How long a loan lasts unless somebody says otherwise."""
MOST = timedelta(days=7)
LEAST = timedelta(hours=1)
"""Less would end most loans before the borrower's copy is complete, which then fails."""

GIVE_UP_AFTER = timedelta(minutes=15)
"""A loan that has not begun by then has crashed on the way: the next pass ends it."""

OPERATIONS = ("CreateGrant", "Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom")
"""What EBS does with the key of a shared snapshot while it copies it under another key.
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html
"""

_NAME = re.compile(r"snapkeep-loan:(snap-[0-9a-f]+):([0-9]{12})")


class LoanStage(StrEnum):
    """How far a loan is. One that is `beginning` or `ending` may be shared and granted, or not."""

    BEGINNING = "beginning"
    LENT = "lent"
    ENDING = "ending"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Loan:
    """A copy lent to an account until `until` (aware UTC).

    `place`, `cluster`, `namespace`, `claim` and `point` say what the copy holds. `by` is the ARN of the
    caller who asked for it, `ended_by` that of the one who ended it early. `reason` says why it has ended.
    """

    snapshot_id: str
    account: str
    place: str
    cluster: str
    namespace: str
    claim: str
    point: str
    key: str
    begun_at: datetime
    until: datetime
    by: str
    stage: LoanStage = LoanStage.BEGINNING
    ended_at: datetime | None = None
    ended_by: str = ""
    reason: str = ""
    revision: int = 0

    @property
    def is_open(self) -> bool:
        """True while the account may have a right."""
        return self.stage is not LoanStage.ENDED

    @property
    def subject(self) -> str:
        """What is lent to whom, for people."""
        return f"{self.snapshot_id} ({self.namespace}/{self.claim} of {self.cluster}) to {self.account}"

    def is_over(self, now: datetime) -> bool:
        """True for an open loan that is to end now: its time is over, or a step was never finished."""
        stuck = self.stage is LoanStage.BEGINNING and now - self.begun_at >= GIVE_UP_AFTER
        return self.is_open and (self.until <= now or stuck or self.stage is LoanStage.ENDING)

    def lent(self) -> Loan:
        """The loan, once the copy is shared and the key granted."""
        return replace(self, stage=LoanStage.LENT)

    def ending(self, by: str = "") -> Loan:
        """The loan, whose rights are about to be taken back; `by` is the caller who ends it early."""
        return replace(self, stage=LoanStage.ENDING, ended_by=by or self.ended_by)

    def ended(self, now: datetime, reason: str) -> Loan:
        """The loan, once nothing is shared or granted any more."""
        return replace(self, stage=LoanStage.ENDED, ended_at=now, reason=reason)


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant on a key that a loan made for `account`, or, without a `snapshot_id`, one that `account` made
    itself, as such a grant allows. EBS does so for each copy in progress; anybody there may do so, too.
    https://docs.aws.amazon.com/kms/latest/developerguide/create-grant-overview.html
    """

    id: str
    key: str
    snapshot_id: str
    account: str


def grant_name(snapshot_id: str, account: str) -> str:
    """The name of a loan's grant, by which it is found even when the journal is lost."""
    return f"snapkeep-loan:{snapshot_id}:{account}"


def read_grant_name(name: str) -> tuple[str, str] | None:
    """The snapshot and account that `grant_name` wrote; None for anybody else's grant."""
    found = _NAME.fullmatch(name)
    return (found[1], found[2]) if found else None


def outlived(grants: Sequence[Grant], accounts: Collection[str]) -> list[Grant]:
    """Of all grants on a key, those that these accounts made themselves and that no loan allows any more: to
    revoke a grant leaves the grants that its grantee made."""
    lent_to = {each.account for each in grants if each.snapshot_id}
    over = set(accounts) - lent_to
    return [each for each in grants if not each.snapshot_id and each.account in over]


def root_of(account: str, region: str) -> str:
    """The principal that stands for an account in grants and policies."""
    return f"arn:{partition_of(region)}:iam::{account}:root"


def new_loan(vault: Vault, copy: Copy, account: str, lasts: timedelta, by: str, now: datetime) -> Loan:
    """The loan of a copy, to begin now. Raises LoanRefused, whose reason and fix are for people."""
    _check_terms(vault, account, lasts)
    _check_copy(vault, copy)
    return Loan(
        snapshot_id=copy.snapshot_id,
        account=account,
        place=copy.place,
        cluster=copy.claim.cluster,
        namespace=copy.claim.namespace,
        claim=copy.claim.name,
        point=copy.point_id,
        key=copy.key,
        begun_at=now,
        until=now + lasts,
        by=by,
    )


def prolonged(known: Loan | None, new: Loan) -> Loan:
    """The loan to write where the journal knows one of the same copy to the same account: of two open ones
    the later end counts, so a request that is repeated changes nothing.

    Raises TemporaryError while the known one is ending, which would take back the new rights as well.
    """
    if known is None or not known.is_open:
        return replace(new, revision=known.revision if known else 0)
    if known.stage is LoanStage.ENDING:
        raise TemporaryError(f"the loan of {known.subject} is just ending")
    return replace(known, until=max(known.until, new.until))


def _check_terms(vault: Vault, account: str, lasts: timedelta) -> None:
    if account not in vault.lend_to:
        listed = ", ".join(vault.lend_to) or "nobody"
        raise LoanRefused(
            f"account {account} is not in the vault's lend_to, which names {listed}",
            "add it to vault.lend_to in the vault's snapkeep.yaml and deploy: IAM enforces that list, too",
        )
    if not LEAST <= lasts <= MOST:
        raise LoanRefused(
            f"a loan of {_hours(lasts)} is not possible: it lasts 1 hour to {MOST.days} days",
            "use --for 1h to --for 7d",
        )


def _check_copy(vault: Vault, copy: Copy) -> None:
    name = copy.snapshot_id
    if not copy.is_good:
        what = copy.state.value if copy.is_there or copy.state is not CopyState.READY else "a duplicate"
        raise LoanRefused(
            f"copy {name} is {what}, and only a ready one can be lent",
            "lend one that `snapkeep get copies` shows as ready",
        )
    away = [item.reason for item in copy.protections if not item.counts]
    if away:
        raise LoanRefused(
            f"copy {name} is {away[0]}, and EC2 cannot share it from there",
            "bring it back with `aws ec2 restore-snapshot-tier` first",
        )
    if copy.key != vault.kms_key:
        raise LoanRefused(
            f"copy {name} is under key {copy.key or 'none'}, and this vault lends only what is under its "
            f"kms_key {vault.kms_key}",
            "lend a newer copy, or share this one by hand with an account that was never in lend_to, because "
            "other shares are ended: docs/restore-without-snapkeep.md says how",
        )


def _hours(lasts: timedelta) -> str:
    return f"{lasts / timedelta(hours=1):g} hours"


def over(loan: Loan, now: datetime) -> str:
    """Why an open loan ends now, for people."""
    if loan.ended_by:
        return f"ended by {loan.ended_by}"
    if loan.until <= now:
        return f"its time was over at {moment(loan.until)}"
    return "it could not begin"
