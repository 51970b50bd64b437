"""Restores on demand: refused with all findings, or accepted with what will be created."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.request import Request

from snapkeep.domain.restore.operations import RestoreOperation, Stage
from snapkeep.domain.restore.progress import RestoreState
from snapkeep.inbound.api.actions import Actions
from snapkeep.inbound.api.answers import change_responses, read_responses
from snapkeep.inbound.api.callers import caller_of, id_of
from snapkeep.inbound.api.models.restore import (
    AnyRestoreBody,
    PlanModel,
    RehearsedRestoreModel,
    RestoreBody,
    RestoreModel,
    RestorePageModel,
    StartedRestoreModel,
    plan_model,
    planned_model,
    restore_model,
    summary_model,
)
from snapkeep.inbound.api.names import Cluster, Cursor, Limit, Namespace, OnceKey, Restore
from snapkeep.inbound.api.once import Once
from snapkeep.inbound.api.problems import Problem, refused_restore
from snapkeep.inbound.api.routing import new_router

if TYPE_CHECKING:
    from snapkeep.domain.restore.requests import RestoreRequest

IN_CLUSTER = "/v1/clusters/<cluster>/restores"
IN_NAMESPACE = "/v1/clusters/<cluster>/namespaces/<namespace>/restores"

CHANGES: dict[str, Any] = {
    "tags": ["restores"],
    "responses": change_responses(rehearsed=RehearsedRestoreModel, accepted=StartedRestoreModel),
}


LISTS: dict[str, Any] = {"tags": ["restores"], "responses": read_responses(RestorePageModel)}
CANCELS: dict[str, Any] = {"tags": ["restores"], "responses": change_responses(changed=RestoreModel)}
SHOWS: dict[str, Any] = {"tags": ["restores"], "responses": read_responses(RestoreModel)}


def restore_routes(actions: Actions, once: Once) -> Router:
    """The routes about restores."""
    router = new_router()

    @router.post(
        IN_NAMESPACE,
        summary="Restore a claim from a recovery point of its namespace",
        middlewares=[once],
        **CHANGES,
    )
    def restore_claim_of_namespace(
        cluster: Cluster, namespace: Namespace, key: OnceKey, body: RestoreBody, request: Request
    ) -> Response[RehearsedRestoreModel | StartedRestoreModel]:
        return _restore(actions, body.request(cluster, namespace), request, key)

    @router.post(
        IN_CLUSTER,
        summary="Restore a claim from any recovery point of the cluster",
        middlewares=[once],
        **CHANGES,
    )
    def restore_claim(
        cluster: Cluster, key: OnceKey, body: AnyRestoreBody, request: Request
    ) -> Response[RehearsedRestoreModel | StartedRestoreModel]:
        return _restore(actions, body.request_from_anywhere(cluster), request, key)

    @router.get(IN_NAMESPACE, summary="List restores into a namespace", **LISTS)
    def list_restores(
        cluster: Cluster, namespace: Namespace, limit: Limit = 50, cursor: Cursor = ""
    ) -> RestorePageModel:
        found, following = actions.list_restores(cluster, namespace, limit, cursor)
        return RestorePageModel(
            restores=[summary_model(restore) for restore in found], next_cursor=following or None
        )

    @router.get(f"{IN_NAMESPACE}/<restore>", summary="Show a restore and its progress", **SHOWS)
    def show_restore(cluster: Cluster, namespace: Namespace, restore: Restore) -> RestoreModel:
        return restore_model(*actions.show_restore(cluster, namespace, restore))

    @router.delete(
        f"{IN_NAMESPACE}/<restore>", summary="Cancel a restore before its claim is created", **CANCELS
    )
    def cancel_restore(
        cluster: Cluster, namespace: Namespace, restore: Restore, request: Request
    ) -> RestoreModel:
        actions.cancel_restore(cluster, namespace, restore, caller_of(request.resolved_event))
        return restore_model(*actions.show_restore(cluster, namespace, restore))

    return router


def _restore(
    actions: Actions, wanted: RestoreRequest, request: Request, key: str
) -> Response[RehearsedRestoreModel | StartedRestoreModel]:
    event = request.resolved_event
    restore_id = id_of(event, key)
    begun = actions.resume_restore(restore_id)  # by this same request, before its function died
    if begun is not None:
        return _started(begun, planned_model(begun))
    plan = actions.plan_restore(wanted)
    if plan.refused:
        raise refused_restore(plan.findings)
    if wanted.dry_run:
        return Response(200, "application/json", RehearsedRestoreModel(plan=plan_model(plan)))
    return _started(actions.start_restore(plan, restore_id, caller_of(event)), plan_model(plan))


def _started(restore: RestoreOperation, plan: PlanModel) -> Response[Any]:
    if restore.stage is Stage.FAILED:
        raise Problem(
            409, "conflict", restore.reason, "Choose another target, or fix what prevents the restore."
        )
    place = IN_NAMESPACE.replace("<cluster>", restore.cluster).replace("<namespace>", restore.namespace)
    body = StartedRestoreModel(
        id=restore.id,
        state=RestoreState.BRINGING_BACK if restore.stage is Stage.BRINGING_BACK else RestoreState.ACCEPTED,
        recovery_point=restore.point_id,
        plan=plan,
    )
    return Response(202, "application/json", body, headers={"Location": f"{place}/{restore.id}"})
