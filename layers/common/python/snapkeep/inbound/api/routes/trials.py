"""Tries policies that are not deployed yet: what they would take, skip and prune."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.request import Request

from snapkeep.domain.report.trials import TrialRequest
from snapkeep.inbound.api.actions import Actions
from snapkeep.inbound.api.answers import PROBLEMS, READING, answered, problem
from snapkeep.inbound.api.models.trial import TrialBody, TrialModel, trial_model
from snapkeep.inbound.api.names import Cluster, Namespace
from snapkeep.inbound.api.once import Once
from snapkeep.inbound.api.problems import Problem
from snapkeep.inbound.api.routing import new_router

MOST_CHARACTERS = 1_000_000
"""The largest body, in characters; 500 policies with long selections need less."""

ANSWERS: dict[str, Any] = {
    "tags": ["policies"],
    "responses": {200: answered("What would be done", TrialModel)}
    | {status: problem(PROBLEMS[status]) for status in sorted((*READING, 400, 413, 415))},
}


def trial_routes(actions: Actions, once: Once) -> Router:
    """The routes that try policies. They change nothing, so they need no Idempotency-Key."""
    router = new_router()

    @router.post("/v1/clusters/<cluster>/try", summary="Try other policies in a cluster", **ANSWERS)
    def try_config(cluster: Cluster, body: TrialBody, request: Request) -> TrialModel:
        return _tried(actions, cluster, "", body, request)

    @router.post(
        "/v1/clusters/<cluster>/namespaces/<namespace>/try",
        summary="Try other policies in a namespace, and see nothing of others",
        **ANSWERS,
    )
    def try_config_in_namespace(
        cluster: Cluster, namespace: Namespace, body: TrialBody, request: Request
    ) -> TrialModel:
        return _tried(actions, cluster, namespace, body, request)

    return router


def _tried(actions: Actions, cluster: str, namespace: str, body: TrialBody, request: Request) -> TrialModel:
    size = len(request.resolved_event.body or "")
    if size > MOST_CHARACTERS:
        detail = f"the body has {size:,} characters; a trial may have {MOST_CHARACTERS:,}"
        raise Problem(413, "too_large", detail, "Send only the policies of this cluster.")
    actions.deployment.known_cluster(cluster)
    deployment = body.deployment(actions.deployment)
    return trial_model(actions.try_config(TrialRequest(cluster, deployment, namespace, tuple(body.only))))
