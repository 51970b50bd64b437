"""Loans as response bodies, and what a request for one says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import ConfigDict, Field

from snapkeep.domain.times import to_second
from snapkeep.domain.vault.loans import LEAST, MOST, USUAL, LoanStage
from snapkeep.inbound.api.body import Body

if TYPE_CHECKING:
    from collections.abc import Iterable

    from snapkeep.domain.vault.loans import Loan


class LoanBody(Body):
    """How long a copy is lent."""

    model_config = ConfigDict(extra="forbid")

    seconds: int = Field(
        int(USUAL.total_seconds()),
        ge=int(LEAST.total_seconds()),
        le=int(MOST.total_seconds()),
        description="Ends a present loan later; an earlier end changes nothing",
    )


class LoanDocumentModel(Body):
    """What the borrower needs, who cannot see the tags in EC2: pass it on as it is."""

    kind: Literal["snapkeep loan"]
    version: int
    lender: str
    borrower: str
    region: str
    snapshot: str
    size_bytes: int
    tags: dict[str, str]
    until: str


class LoanModel(Body):
    """A copy that is, or was, lent to an account. `reason` says why the loan has ended."""

    snapshot_id: str
    account: str
    place: str
    cluster: str
    namespace: str
    claim: str
    point: str
    state: LoanStage
    begun_at: str
    until: str
    by: str
    ended_at: str | None
    reason: str


class LoansModel(Body):
    """Loans, the last to begin first."""

    loans: list[LoanModel]


def loans_model(loans: Iterable[Loan]) -> LoansModel:
    """Loans as a response body."""
    return LoansModel(loans=[_loan_model(loan) for loan in loans])


def _loan_model(loan: Loan) -> LoanModel:
    return LoanModel(
        snapshot_id=loan.snapshot_id,
        account=loan.account,
        place=loan.place,
        cluster=loan.cluster,
        namespace=loan.namespace,
        claim=loan.claim,
        point=loan.point,
        state=loan.stage,
        begun_at=to_second(loan.begun_at),
        until=to_second(loan.until),
        by=loan.by,
        ended_at=to_second(loan.ended_at) if loan.ended_at else None,
        reason=loan.reason,
    )
