"""Backups on demand: plan one, start one, show its state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.request import Request

from snapkeep.domain.errors import ClusterUnreachable
from snapkeep.inbound.api.actions import Actions
from snapkeep.inbound.api.answers import change_responses, read_responses
from snapkeep.inbound.api.callers import caller_of, id_of
from snapkeep.inbound.api.models.backup import (
    BackupBody,
    BackupModel,
    BackupPlanModel,
    NamespaceBackupBody,
    StartedBackupModel,
    backup_model,
    plan_model,
    started_model,
)
from snapkeep.inbound.api.names import Backup, Cluster, Cursor, Limit, Namespace, OnceKey
from snapkeep.inbound.api.once import Once
from snapkeep.inbound.api.problems import Problem
from snapkeep.inbound.api.routing import new_router

if TYPE_CHECKING:
    from snapkeep.domain.backup.on_demand import OnDemandRequest
    from snapkeep.domain.backup.runs import Run

IN_CLUSTER = "/v1/clusters/<cluster>/backups"
IN_NAMESPACE = "/v1/clusters/<cluster>/namespaces/<namespace>/backups"

STARTS: dict[str, Any] = {
    "tags": ["backups"],
    "responses": change_responses(rehearsed=BackupPlanModel, accepted=StartedBackupModel),
}
SHOWS: dict[str, Any] = {"tags": ["backups"], "responses": read_responses(BackupModel)}


def backup_routes(actions: Actions, once: Once) -> Router:
    """The routes about backups."""
    router = new_router()

    @router.post(IN_CLUSTER, summary="Back up claims of a cluster now", middlewares=[once], **STARTS)
    def back_up_claims(
        cluster: Cluster, key: OnceKey, body: BackupBody, request: Request
    ) -> Response[BackupPlanModel | StartedBackupModel]:
        wanted = body.request(caller_of(request.resolved_event))
        return _back_up(actions, cluster, wanted, body.dry_run, id_of(request.resolved_event, key))

    @router.post(IN_NAMESPACE, summary="Back up a namespace now", middlewares=[once], **STARTS)
    def back_up_namespace(
        cluster: Cluster, namespace: Namespace, key: OnceKey, body: NamespaceBackupBody, request: Request
    ) -> Response[BackupPlanModel | StartedBackupModel]:
        wanted = body.request(namespace, caller_of(request.resolved_event))
        return _back_up(actions, cluster, wanted, body.dry_run, id_of(request.resolved_event, key))

    @router.get(f"{IN_CLUSTER}/<backup>", summary="Show a backup, including scheduled ones", **SHOWS)
    def show_backup(cluster: Cluster, backup: Backup, limit: Limit = 50, cursor: Cursor = "") -> BackupModel:
        return backup_model(actions.show_backup(cluster, backup, "", limit, cursor))

    @router.get(
        f"{IN_NAMESPACE}/<backup>",
        summary="Show a backup of a namespace, and what concerns it of scheduled ones",
        **SHOWS,
    )
    def show_backup_of_namespace(
        cluster: Cluster, namespace: Namespace, backup: Backup, limit: Limit = 50, cursor: Cursor = ""
    ) -> BackupModel:
        return backup_model(actions.show_backup(cluster, backup, namespace, limit, cursor))

    return router


def _back_up(
    actions: Actions, cluster: str, wanted: OnDemandRequest, dry_run: bool, request_id: str
) -> Response[BackupPlanModel | StartedBackupModel]:
    begun = None if dry_run else actions.known_backup(request_id)
    if begun is not None:
        return _started(begun, wanted.namespace)
    try:
        plan = actions.plan_backup(cluster, wanted)
    except ClusterUnreachable as error:
        if dry_run:
            raise
        # A cluster that does not answer is backed up from the tags of earlier points; the run says so.
        from_tags = f"{error.reason}: the claims known from recovery points are backed up by ebs"
        return _started(actions.start_backup(cluster, wanted, request_id), wanted.namespace, from_tags)
    if dry_run:
        return Response(200, "application/json", plan_model(plan))
    if not plan.taken:
        raise Problem(
            422, "nothing_to_back_up", plan.unmet, "A dry run of the same request says why for each claim."
        )
    return _started(actions.start_backup(cluster, wanted, request_id), wanted.namespace)


def _started(run: Run, namespace: str, degraded: str = "") -> Response[BackupPlanModel | StartedBackupModel]:
    place = (IN_NAMESPACE if namespace else IN_CLUSTER).replace("<cluster>", run.cluster)
    place = place.replace("<namespace>", namespace)
    return Response(
        202, "application/json", started_model(run, degraded), headers={"Location": f"{place}/{run.id}"}
    )
