"""Holds, with which people protect recovery points from pruning."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.request import Request
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, StringConstraints

from snapkeep.domain.restore.holds import FOREVER, Hold, principal_of
from snapkeep.inbound.api.actions import Actions
from snapkeep.inbound.api.answers import change_responses
from snapkeep.inbound.api.body import Body
from snapkeep.inbound.api.callers import caller_of
from snapkeep.inbound.api.models.point import ShownPointModel, shown_point_model
from snapkeep.inbound.api.names import Cluster, Namespace, Point
from snapkeep.inbound.api.once import Once
from snapkeep.inbound.api.routes.points import IN_CLUSTER, IN_NAMESPACE
from snapkeep.inbound.api.routing import new_router

CLUSTER_HOLDER = "cluster"
NAMESPACE_HOLDER = "namespace"
"""Prefixes of people's holders: each caller has a separate hold on each of the two routes."""

SETS: dict[str, Any] = {"tags": ["holds"], "responses": change_responses(changed=ShownPointModel)}
LIFTS: dict[str, Any] = {
    "tags": ["holds"],
    "responses": {**change_responses(), 204: {"description": "It is released"}},
}


def _in_utc(time: datetime) -> datetime:
    """The same time in UTC. Raises ValueError where UTC's calendar has no such year."""
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError("is outside the years 1 to 9999 in UTC") from None


class HoldBody(Body):
    """Why a recovery point must stay, and until when."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    until: Annotated[AwareDatetime, AfterValidator(_in_utc)] | None = Field(
        None,
        description="If omitted, the hold does not end by itself. An earlier end than that of your present "
        "hold changes nothing: release the hold first",
    )


def hold_routes(actions: Actions, once: Once) -> Router:
    """The routes about holds; PUT and DELETE may be repeated.

    Each caller (a role, whatever its session) has a separate hold on each route and releases only that one.
    """
    router = new_router()

    @router.put(f"{IN_CLUSTER}/<point>/hold", summary="Hold a recovery point of a cluster", **SETS)
    def hold_point(cluster: Cluster, point: Point, body: HoldBody, request: Request) -> ShownPointModel:
        return _hold(actions, cluster, "", point, body, caller_of(request.resolved_event))

    @router.put(f"{IN_NAMESPACE}/<point>/hold", summary="Hold a recovery point of a namespace", **SETS)
    def hold_point_of_namespace(
        cluster: Cluster, namespace: Namespace, point: Point, body: HoldBody, request: Request
    ) -> ShownPointModel:
        return _hold(actions, cluster, namespace, point, body, caller_of(request.resolved_event))

    @router.delete(f"{IN_CLUSTER}/<point>/hold", summary="Release your hold", **LIFTS)
    def release_point(cluster: Cluster, point: Point, request: Request) -> Response[None]:
        return _release(actions, cluster, "", point, caller_of(request.resolved_event))

    @router.delete(f"{IN_NAMESPACE}/<point>/hold", summary="Release your hold in a namespace", **LIFTS)
    def release_point_of_namespace(
        cluster: Cluster, namespace: Namespace, point: Point, request: Request
    ) -> Response[None]:
        return _release(actions, cluster, namespace, point, caller_of(request.resolved_event))

    return router


def _hold(
    actions: Actions, cluster: str, namespace: str, point: str, body: HoldBody, caller: str
) -> ShownPointModel:
    snapshot = actions.show_point(cluster, namespace, point).point.snapshot_id
    holder = _holder(namespace, caller)
    actions.hold_point(Hold(snapshot, holder, body.reason, body.until or FOREVER, by=caller))
    held = actions.show_point(cluster, namespace, point)
    return shown_point_model(held, actions.show_checks([held.point])[snapshot])


def _release(actions: Actions, cluster: str, namespace: str, point: str, caller: str) -> Response[None]:
    snapshot = actions.show_point(cluster, namespace, point).point.snapshot_id
    actions.release_point(snapshot, _holder(namespace, caller), caller)
    return Response(204)


def _holder(namespace: str, caller: str) -> str:
    """The holder: a caller on a route. A caller limited to the namespace's route cannot release a hold of the
    cluster's route."""
    return f"{NAMESPACE_HOLDER if namespace else CLUSTER_HOLDER} {principal_of(caller)}"
