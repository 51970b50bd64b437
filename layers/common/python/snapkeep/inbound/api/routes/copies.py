"""Copies of recovery points in other Regions, whether or not their points still exist."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.request import Request

from snapkeep.domain.copies.view.shown import CopyQuery, ShownState
from snapkeep.inbound.api.actions import Actions
from snapkeep.inbound.api.answers import change_responses, read_responses
from snapkeep.inbound.api.callers import caller_of
from snapkeep.inbound.api.models.copy import (
    AskedCopyModel,
    CopyModel,
    CopyPageModel,
    asked_copy_model,
    copy_model,
    copy_page_model,
)
from snapkeep.inbound.api.names import Cluster, Cursor, Limit, Namespace, Place, Point, Text
from snapkeep.inbound.api.once import Once
from snapkeep.inbound.api.routes.points import IN_CLUSTER as POINTS
from snapkeep.inbound.api.routes.points import IN_NAMESPACE as POINTS_HERE
from snapkeep.inbound.api.routing import new_router

IN_CLUSTER = "/v1/clusters/<cluster>/copies"
IN_NAMESPACE = "/v1/clusters/<cluster>/namespaces/<namespace>/copies"

State = Annotated[ShownState | None, Query(description="Only those in this state")]

OF_POINT = f"{POINTS}/<point>/copies"
OF_POINT_HERE = f"{POINTS_HERE}/<point>/copies"

LISTS: dict[str, Any] = {"tags": ["copies"], "responses": read_responses(CopyPageModel)}
ASKS: dict[str, Any] = {"tags": ["copies"], "responses": change_responses(changed=AskedCopyModel)}
CANCELS: dict[str, Any] = {"tags": ["copies"], "responses": change_responses(changed=CopyModel)}


def copy_routes(actions: Actions, once: Once) -> Router:
    """The routes about copies."""
    router = new_router()
    _lists(router, actions)
    _requests(router, actions)
    return router


def _lists(router: Router, actions: Actions) -> None:
    """The routes that list copies."""

    @router.get(IN_CLUSTER, summary="List copies of a cluster's points", **LISTS)
    def list_copies(
        cluster: Cluster,
        namespace: Text = "",
        claim: Text = "",
        place: Text = "",
        policy: Text = "",
        point: Text = "",
        state: State = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> CopyPageModel:
        wanted = CopyQuery(namespace, claim, place, policy, point, state)
        return copy_page_model(actions.list_copies(cluster, wanted, limit, cursor))

    @router.get(IN_NAMESPACE, summary="List copies of a namespace's points", **LISTS)
    def list_copies_of_namespace(
        cluster: Cluster,
        namespace: Namespace,
        claim: Text = "",
        place: Text = "",
        policy: Text = "",
        point: Text = "",
        state: State = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> CopyPageModel:
        wanted = CopyQuery(namespace, claim, place, policy, point, state)
        return copy_page_model(actions.list_copies(cluster, wanted, limit, cursor))


def _requests(router: Router, actions: Actions) -> None:
    """The routes by which people ask for copies and cancel them."""

    @router.put(f"{OF_POINT}/<place>", summary="Ask for the copy of a point", **ASKS)
    def ask_copy(cluster: Cluster, point: Point, place: Place, request: Request) -> AskedCopyModel:
        caller = caller_of(request.resolved_event)
        return asked_copy_model(actions.ask_copy(cluster, "", point, place, caller))

    @router.put(f"{OF_POINT_HERE}/<place>", summary="Ask for the copy of a namespace's point", **ASKS)
    def ask_copy_of_namespace(
        cluster: Cluster, namespace: Namespace, point: Point, place: Place, request: Request
    ) -> AskedCopyModel:
        caller = caller_of(request.resolved_event)
        return asked_copy_model(actions.ask_copy(cluster, namespace, point, place, caller))

    @router.delete(f"{OF_POINT}/<place>", summary="Cancel the copy of a point", **CANCELS)
    def cancel_copy(cluster: Cluster, point: Point, place: Place, request: Request) -> CopyModel:
        caller = caller_of(request.resolved_event)
        return copy_model(actions.cancel_copy(cluster, "", point, place, caller))

    @router.delete(f"{OF_POINT_HERE}/<place>", summary="Cancel the copy of a namespace's point", **CANCELS)
    def cancel_copy_of_namespace(
        cluster: Cluster, namespace: Namespace, point: Point, place: Place, request: Request
    ) -> CopyModel:
        caller = caller_of(request.resolved_event)
        return copy_model(actions.cancel_copy(cluster, namespace, point, place, caller))
