"""Loans of a vault's copies to other accounts."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.request import Request

from snapkeep.inbound.api.actions import Actions
from snapkeep.inbound.api.answers import change_responses, read_responses
from snapkeep.inbound.api.callers import caller_of
from snapkeep.inbound.api.models.loan import LoanBody, LoanDocumentModel, LoansModel, loans_model
from snapkeep.inbound.api.names import Account, Copy, Limit
from snapkeep.inbound.api.once import Once
from snapkeep.inbound.api.routing import new_router

LOANS = "/v1/loans"
LOAN = f"{LOANS}/<copy>/<account>"

LISTS: dict[str, Any] = {"tags": ["loans"], "responses": read_responses(LoansModel)}
LENDS: dict[str, Any] = {"tags": ["loans"], "responses": change_responses(changed=LoanDocumentModel)}
ENDS: dict[str, Any] = {
    "tags": ["loans"],
    "responses": {**change_responses(), 204: {"description": "It has ended"}},
}


def loan_routes(actions: Actions, once: Once) -> Router:
    """The routes about loans; PUT and DELETE may be repeated."""
    router = new_router()

    @router.get(LOANS, summary="List the loans of a vault", **LISTS)
    def list_loans(limit: Limit = 50) -> LoansModel:
        return loans_model(actions.list_loans(limit))

    @router.put(LOAN, summary="Lend a copy to an account", **LENDS)
    def lend_copy(copy: Copy, account: Account, body: LoanBody, request: Request) -> LoanDocumentModel:
        caller = caller_of(request.resolved_event)
        return LoanDocumentModel(**actions.lend_copy(copy, account, body.seconds, caller))

    @router.delete(LOAN, summary="End a loan", **ENDS)
    def end_loan(copy: Copy, account: Account, request: Request) -> Response[None]:
        actions.end_loan(copy, account, caller_of(request.resolved_event))
        return Response(204)

    return router
