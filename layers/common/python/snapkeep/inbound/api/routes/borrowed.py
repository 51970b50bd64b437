"""Copies that this deployment borrows from vaults in other accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler.api_gateway import Router

from snapkeep.domain.copies.copies import CopyState
from snapkeep.domain.errors import Invalid
from snapkeep.domain.times import to_second
from snapkeep.domain.vault.loan_documents import read_loan_document
from snapkeep.inbound.api.actions import Actions
from snapkeep.inbound.api.answers import change_responses, read_responses
from snapkeep.inbound.api.body import Body
from snapkeep.inbound.api.models.loan import LoanDocumentModel
from snapkeep.inbound.api.names import Point
from snapkeep.inbound.api.once import Once
from snapkeep.inbound.api.routing import new_router
from snapkeep.inbound.api.words import size_text

if TYPE_CHECKING:
    from snapkeep.domain.copies.copies import Copy

BORROWED = "/v1/borrowed-copies/<point>"


class BorrowedCopyModel(Body):
    """A borrowed copy: of which recovery point, and how far EC2 is. `message` says why one has failed."""

    point: str
    cluster: str
    namespace: str
    claim: str
    taken: str
    state: CopyState
    progress: str
    snapshot_id: str
    size: str
    size_bytes: int
    message: str


BORROWS: dict[str, Any] = {"tags": ["loans"], "responses": change_responses(changed=BorrowedCopyModel)}
SHOWS: dict[str, Any] = {"tags": ["loans"], "responses": read_responses(BorrowedCopyModel)}


def borrowed_routes(actions: Actions, once: Once) -> Router:
    """The routes about borrowed copies; PUT may be repeated."""
    router = new_router()

    @router.put(BORROWED, summary="Borrow the copy of a point", **BORROWS)
    def borrow_copy(point: Point, body: LoanDocumentModel) -> BorrowedCopyModel:
        loan = read_loan_document(body.model_dump())
        if loan.point != point:
            raise Invalid(f"the loan document is of recovery point {loan.point}, and the path names {point}")
        return _model(actions.borrow_copy(loan))

    @router.get(BORROWED, summary="Show the borrowed copy of a point", **SHOWS)
    def show_borrowed_copy(point: Point) -> BorrowedCopyModel:
        return _model(actions.show_borrowed(point))

    return router


def _model(copy: Copy) -> BorrowedCopyModel:
    return BorrowedCopyModel(
        point=copy.point_id,
        cluster=copy.claim.cluster,
        namespace=copy.claim.namespace,
        claim=copy.claim.name,
        taken=to_second(copy.taken),
        state=copy.state,
        progress=copy.progress,
        snapshot_id=copy.snapshot_id,
        size=size_text(copy.size_bytes),
        size_bytes=copy.size_bytes,
        message=copy.message,
    )
