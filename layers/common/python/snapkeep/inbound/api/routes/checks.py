"""Accepting suspicious recovery points."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.request import Request
from pydantic import ConfigDict, StringConstraints

from snapkeep.inbound.api.actions import Actions
from snapkeep.inbound.api.answers import change_responses
from snapkeep.inbound.api.body import Body
from snapkeep.inbound.api.callers import caller_of
from snapkeep.inbound.api.names import Cluster, Point
from snapkeep.inbound.api.once import Once
from snapkeep.inbound.api.routes.points import IN_CLUSTER
from snapkeep.inbound.api.routing import new_router


class AcceptBody(Body):
    """Why a suspicious recovery point is as it should be."""

    model_config = ConfigDict(extra="forbid")

    because: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class AcceptedModel(Body):
    """A point that is suspicious no more: who accepted it, and why."""

    recovery_point: str
    accepted_by: str
    because: str


ACCEPTS: dict[str, Any] = {"tags": ["checks"], "responses": change_responses(changed=AcceptedModel)}


def check_routes(actions: Actions, once: Once) -> Router:
    """The route by which people end suspicions."""
    router = new_router()

    @router.put(f"{IN_CLUSTER}/<point>/acceptance", summary="Accept a suspicious recovery point", **ACCEPTS)
    def accept_point(cluster: Cluster, point: Point, body: AcceptBody, request: Request) -> AcceptedModel:
        caller = caller_of(request.resolved_event)
        accepted = actions.accept_check(cluster, point, caller, body.because)
        return AcceptedModel(recovery_point=point, accepted_by=accepted.by, because=accepted.because)

    return router
