"""Restores of claims on EFS, whose directory a person has to look for."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.request import Request

from snapkeep.domain.efs.restore.operations import EfsRestore
from snapkeep.domain.efs.restore.plans import EfsPlan
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.inbound.api.actions import Actions
from snapkeep.inbound.api.answers import change_responses, read_responses
from snapkeep.inbound.api.callers import caller_of, id_of
from snapkeep.inbound.api.models.efs_restore import (
    AnyEfsRestoreBody,
    EfsRestoreBody,
    EfsRestoreModel,
    RehearsedEfsRestoreModel,
    SeenDirectoryBody,
    StartedEfsRestoreModel,
    efs_plan_model,
    efs_restore_model,
)
from snapkeep.inbound.api.names import Cluster, Namespace, OnceKey, Restore
from snapkeep.inbound.api.once import Once
from snapkeep.inbound.api.problems import refused_restore
from snapkeep.inbound.api.routing import new_router
from snapkeep.inbound.api.words import FindingModel

IN_CLUSTER = "/v1/clusters/<cluster>/efs-restores"
IN_NAMESPACE = "/v1/clusters/<cluster>/namespaces/<namespace>/efs-restores"

STARTS: dict[str, Any] = {
    "tags": ["restores"],
    "responses": change_responses(rehearsed=RehearsedEfsRestoreModel, accepted=StartedEfsRestoreModel),
}
SHOWS: dict[str, Any] = {"tags": ["restores"], "responses": read_responses(EfsRestoreModel)}
CHANGES: dict[str, Any] = {"tags": ["restores"], "responses": change_responses(changed=EfsRestoreModel)}

Answer = Response[RehearsedEfsRestoreModel | StartedEfsRestoreModel]


def efs_restore_routes(actions: Actions, once: Once) -> Router:
    """The routes about restores of claims on EFS."""
    router = new_router()

    @router.post(
        IN_NAMESPACE, summary="Restore a claim on EFS of this namespace", middlewares=[once], **STARTS
    )
    def restore_efs_claim_of_namespace(
        cluster: Cluster, namespace: Namespace, key: OnceKey, body: EfsRestoreBody, request: Request
    ) -> Answer:
        return _restore(actions, body.request(cluster, namespace), request, key)

    @router.post(
        IN_CLUSTER, summary="Restore a claim on EFS from any namespace", middlewares=[once], **STARTS
    )
    def restore_efs_claim(
        cluster: Cluster, key: OnceKey, body: AnyEfsRestoreBody, request: Request
    ) -> Answer:
        return _restore(actions, body.request_from_anywhere(cluster), request, key)

    @router.get(f"{IN_NAMESPACE}/<restore>", summary="Show a restore of a claim on EFS", **SHOWS)
    def show_efs_restore(cluster: Cluster, namespace: Namespace, restore: Restore) -> EfsRestoreModel:
        return efs_restore_model(actions.show_efs_restore(cluster, namespace, restore))

    @router.delete(
        f"{IN_NAMESPACE}/<restore>", summary="Cancel a restore before its claim was made", **CHANGES
    )
    def cancel_efs_restore(
        cluster: Cluster, namespace: Namespace, restore: Restore, request: Request
    ) -> EfsRestoreModel:
        which = cluster, namespace, restore, caller_of(request.resolved_event)
        return efs_restore_model(actions.cancel_efs_restore(*which))

    @router.put(
        f"{IN_NAMESPACE}/<restore>/directory",
        summary="Say in which directory of the file system the restored folder is",
        **CHANGES,
    )
    def accept_efs_directory(
        cluster: Cluster, namespace: Namespace, restore: Restore, body: SeenDirectoryBody
    ) -> EfsRestoreModel:
        return efs_restore_model(actions.saw_efs_directory(cluster, namespace, restore, body.directory))

    @router.put(
        f"{IN_NAMESPACE}/<restore>/claim", summary="Say that the claim was made, which ends it", **CHANGES
    )
    def end_efs_restore(cluster: Cluster, namespace: Namespace, restore: Restore) -> EfsRestoreModel:
        return efs_restore_model(actions.end_efs_restore(cluster, namespace, restore))

    return router


def _restore(actions: Actions, wanted: RestoreRequest, request: Request, key: str) -> Answer:
    event = request.resolved_event
    restore_id = id_of(event, key)
    begun = actions.begun_efs_restore(restore_id)  # by this same request, before its function died
    if begun is not None:
        return _started(begun, [])
    plan = actions.plan_efs_restore(wanted)
    if not isinstance(plan, EfsPlan):
        return _started(plan, [])
    model = efs_plan_model(plan)
    if plan.refused:
        raise refused_restore(plan.findings)
    if wanted.dry_run:
        return Response(200, "application/json", RehearsedEfsRestoreModel(plan=model))
    return _started(actions.start_efs_restore(plan, restore_id, caller_of(event)), model.findings)


def _started(restore: EfsRestore, findings: list[FindingModel]) -> Response[Any]:
    place = IN_NAMESPACE.replace("<cluster>", restore.cluster).replace("<namespace>", restore.namespace)
    body = StartedEfsRestoreModel(restore=efs_restore_model(restore), findings=findings)
    return Response(202, "application/json", body, headers={"Location": f"{place}/{restore.id}"})
