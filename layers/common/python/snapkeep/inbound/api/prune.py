"""Pruning by people: the plan, and the plan confirmed."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from snapkeep.domain.prune_plans import PrunePlan
from snapkeep.inbound.api.actions import Actions
from snapkeep.inbound.api.answers import change_responses
from snapkeep.inbound.api.names import Cluster, OnceKey
from snapkeep.inbound.api.once import Once
from snapkeep.inbound.api.routing import new_router


class PruneBody(BaseModel):
    """A rehearsal, unless a plan is confirmed by its token."""

    model_config = ConfigDict(extra="forbid")

    dry_run: bool | None = Field(None, description="Default: true, unless `confirm` is given")
    confirm: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")] | None = Field(
        None, description="The `token` of the plan to carry out"
    )

    @model_validator(mode="after")
    def _confirmed(self) -> PruneBody:
        if self.dry_run is False and self.confirm is None:
            raise ValueError("confirm the plan: give the `token` of a dry run as `confirm`")
        if self.dry_run and self.confirm is not None:
            raise ValueError("a dry run confirms nothing: leave out `dry_run` or `confirm`")
        return self


class DeletionModel(BaseModel):
    """A snapshot that goes, and why."""

    snapshot_id: str
    reason: str


class PruneModel(BaseModel):
    """The plan of a prune; `deletions` holds the first of `deleting`."""

    cluster: str
    dry_run: bool
    token: str
    braked: bool
    verdict: str
    deleting: int
    keeping: int
    deletions: list[DeletionModel]
    refused: str
    notes: list[str]


ANSWERS: dict[str, Any] = {
    "tags": ["prune"],
    "responses": change_responses(rehearsed=PruneModel, accepted=PruneModel),
}


def prune_routes(actions: Actions, once: Once) -> Router:
    """The route about pruning."""
    router = new_router()

    @router.post(
        "/v1/clusters/<cluster>/prune",
        summary="Plan a prune, or carry a plan out",
        middlewares=[once],
        **ANSWERS,
    )
    def prune(cluster: Cluster, key: OnceKey, body: PruneBody) -> Response[PruneModel]:
        if body.confirm is None:
            return Response(200, "application/json", _model(actions.prune.rehearse(cluster), dry_run=True))
        plan = actions.prune.confirm(cluster, body.confirm)
        return Response(202, "application/json", _model(plan, dry_run=False))

    return router


def _model(plan: PrunePlan, dry_run: bool) -> PruneModel:
    return PruneModel(
        cluster=plan.cluster,
        dry_run=dry_run,
        token=plan.token,
        braked=plan.braked,
        verdict=plan.reason,
        deleting=plan.deleting,
        keeping=plan.keeping,
        deletions=[DeletionModel(snapshot_id=name, reason=reason) for name, reason in plan.deletions],
        refused=plan.refused,
        notes=list(plan.notes),
    )
