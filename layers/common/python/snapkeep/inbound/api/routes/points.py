"""Recovery points of a cluster or a namespace, whether or not that still exists."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import AwareDatetime

from snapkeep.domain.points import PointState
from snapkeep.domain.report.catalogue import Page, PointQuery
from snapkeep.inbound.api.actions import Actions
from snapkeep.inbound.api.answers import read_responses
from snapkeep.inbound.api.models.point import (
    PointPageModel,
    RestorablePointModel,
    listed_point_model,
    restorable_point_model,
)
from snapkeep.inbound.api.names import DNS_LABEL, Cluster, Cursor, Limit, Namespace, Point, Text
from snapkeep.inbound.api.once import Once
from snapkeep.inbound.api.routing import new_router

IN_CLUSTER = "/v1/clusters/<cluster>/recovery-points"
IN_NAMESPACE = "/v1/clusters/<cluster>/namespaces/<namespace>/recovery-points"

State = Annotated[PointState | None, Query(description="Only those in this state")]
Since = Annotated[AwareDatetime | None, Query(description="Only slots at or after this time")]
Until = Annotated[AwareDatetime | None, Query(description="Only slots at or before this time")]

FromPlace = Annotated[
    str,
    Query(
        pattern=f"{DNS_LABEL}|^$",
        description="The copies in this place, which can be restored into the cluster; needs `adopt: true`",
    ),
]
SourceCluster = Annotated[
    str, Query(max_length=100, description="With `from_place`: only copies of this cluster's points")
]

LISTS: dict[str, Any] = {"tags": ["recovery points"], "responses": read_responses(PointPageModel)}
SHOWS: dict[str, Any] = {"tags": ["recovery points"], "responses": read_responses(RestorablePointModel)}


def point_routes(actions: Actions, once: Once) -> Router:
    """The routes that show recovery points."""
    router = new_router()

    @router.get(IN_CLUSTER, summary="List recovery points of a cluster", **LISTS)
    def list_points(
        cluster: Cluster,
        namespace: Text = "",
        claim: Text = "",
        policy: Text = "",
        state: State = None,
        since: Since = None,
        until: Until = None,
        from_place: FromPlace = "",
        source_cluster: SourceCluster = "",
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> PointPageModel:
        wanted = PointQuery(namespace, claim, policy, state, since, until)
        if not from_place:
            return _page(actions, cluster, wanted, limit, cursor)
        actions.deployment.known_cluster(cluster)
        return _page_model(actions, actions.list_place(from_place, source_cluster, wanted, limit, cursor))

    @router.get(IN_NAMESPACE, summary="List recovery points of a namespace", **LISTS)
    def list_points_of_namespace(
        cluster: Cluster,
        namespace: Namespace,
        claim: Text = "",
        policy: Text = "",
        state: State = None,
        since: Since = None,
        until: Until = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> PointPageModel:
        wanted = PointQuery(namespace, claim, policy, state, since, until)
        return _page(actions, cluster, wanted, limit, cursor)

    @router.get(f"{IN_CLUSTER}/<point>", summary="Show a recovery point of a cluster", **SHOWS)
    def show_point(cluster: Cluster, point: Point) -> RestorablePointModel:
        return _shown(actions, cluster, "", point)

    @router.get(f"{IN_NAMESPACE}/<point>", summary="Show a recovery point of a namespace", **SHOWS)
    def show_point_of_namespace(cluster: Cluster, namespace: Namespace, point: Point) -> RestorablePointModel:
        return _shown(actions, cluster, namespace, point)

    return router


def _shown(actions: Actions, cluster: str, namespace: str, point: str) -> RestorablePointModel:
    found = actions.show_point(cluster, namespace, point)
    check = actions.show_checks([found.point])[found.point.snapshot_id]
    tier = actions.show_tier(found.point)
    how = actions.suggest_restore(found.point)
    return restorable_point_model(found, check, tier, how, actions.deployment.files)


def _page(actions: Actions, cluster: str, wanted: PointQuery, limit: int, cursor: str) -> PointPageModel:
    return _page_model(actions, actions.list_points(cluster, wanted, limit, cursor))


def _page_model(actions: Actions, page: Page) -> PointPageModel:
    checks = actions.show_checks(page.points)
    return PointPageModel(
        recovery_points=[listed_point_model(point, checks[point.snapshot_id]) for point in page.points],
        unreadable=page.unreadable,
        next_cursor=page.cursor or None,
    )
