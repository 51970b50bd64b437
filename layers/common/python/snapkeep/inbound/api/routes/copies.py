"""Copies of recovery points in other Regions, whether or not their points still exist."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from snapkeep.domain.copies.shown import CopyQuery, ShownState
from snapkeep.inbound.api.actions import Actions
from snapkeep.inbound.api.answers import read_responses
from snapkeep.inbound.api.models.copy import CopyPageModel, copy_page_model
from snapkeep.inbound.api.names import Cluster, Cursor, Limit, Namespace, Text
from snapkeep.inbound.api.once import Once
from snapkeep.inbound.api.routing import new_router

IN_CLUSTER = "/v1/clusters/<cluster>/copies"
IN_NAMESPACE = "/v1/clusters/<cluster>/namespaces/<namespace>/copies"

State = Annotated[ShownState | None, Query(description="Only those in this state")]

LISTS: dict[str, Any] = {"tags": ["copies"], "responses": read_responses(CopyPageModel)}


def copy_routes(actions: Actions, once: Once) -> Router:
    """The routes about copies."""
    router = new_router()

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

    return router
