"""Pruning on request: the plan, an immediate prune, and confirming what the brake refused."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Self

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from pydantic import ConfigDict, Field, StringConstraints, model_validator

from snapkeep.domain.messages import FILE_SYSTEMS
from snapkeep.inbound.api.actions import Actions
from snapkeep.inbound.api.answers import change_responses
from snapkeep.inbound.api.body import Body
from snapkeep.inbound.api.names import Cluster, OnceKey
from snapkeep.inbound.api.once import Once
from snapkeep.inbound.api.routing import new_router

if TYPE_CHECKING:
    from snapkeep.domain.retention.prune_plans import PrunePlan


class FileSystemsPruneBody(Body):
    """A rehearsal by default; `confirm` carries out deletions that the brake refused."""

    model_config = ConfigDict(extra="forbid")

    dry_run: bool | None = Field(None, description="Default: true, unless `confirm` is given")
    confirm: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")] | None = Field(
        None, description="The `token` of a refusal, to carry out its deletions after all"
    )

    @model_validator(mode="after")
    def _confirmed(self) -> Self:
        if self.dry_run and self.confirm is not None:
            raise ValueError("a dry run confirms nothing: leave out `dry_run` or `confirm`")
        return self

    @property
    def is_rehearsal(self) -> bool:
        """True when nothing may be deleted."""
        return self.confirm is None and self.dry_run is not False


class PruneBody(FileSystemsPruneBody):
    """A rehearsal by default; `confirm` carries out deletions that the brake refused."""

    place: Annotated[str, StringConstraints(min_length=1, max_length=63)] | None = Field(
        None, description="The copies of the cluster in this place, instead of its recovery points"
    )


class DeletionModel(Body):
    """A snapshot, or a recovery point of a file system (its ARN), to delete, and why."""

    snapshot_id: str
    reason: str


class RefusedModel(Body):
    """Deletions that the brake refused; `token` confirms all of them, `snapshots` are the first."""

    token: str
    since: datetime
    reason: str
    deleting: int
    snapshots: list[str]


class PruneModel(Body):
    """The plan of a prune; `deletions` holds the first of `deleting`. The `cluster` of copies is
    `<cluster>@<place>`, that of file systems is `file systems`."""

    cluster: str
    dry_run: bool
    verdict: str
    deleting: int
    keeping: int
    deletions: list[DeletionModel]
    refusals: list[RefusedModel]
    refused: str
    notes: list[str]


ANSWERS: dict[str, Any] = {
    "tags": ["prune"],
    "responses": change_responses(rehearsed=PruneModel, accepted=PruneModel),
}


def prune_routes(actions: Actions, once: Once) -> Router:
    """The routes about pruning."""
    router = new_router()

    @router.post(
        "/v1/clusters/<cluster>/prune",
        summary="Plan a prune, start one, or confirm what the brake refused",
        middlewares=[once],
        **ANSWERS,
    )
    def prune_cluster(cluster: Cluster, key: OnceKey, body: PruneBody) -> Response[PruneModel]:
        return _prune(actions, cluster, body, body.place or "")

    @router.post(
        "/v1/file-systems/prune",
        summary="Plan a prune of file systems, start one, or confirm what the brake refused",
        middlewares=[once],
        **ANSWERS,
    )
    def prune_file_systems(key: OnceKey, body: FileSystemsPruneBody) -> Response[PruneModel]:
        return _prune(actions, FILE_SYSTEMS, body)

    return router


def _prune(
    actions: Actions, cluster: str, body: FileSystemsPruneBody, place: str = ""
) -> Response[PruneModel]:
    if body.is_rehearsal:
        plan = actions.rehearse_prune(cluster, place)
        return Response(200, "application/json", _model(plan, dry_run=True))
    plan = actions.start_prune(cluster, body.confirm or "", place)
    return Response(202, "application/json", _model(plan, dry_run=False))


def _model(plan: PrunePlan, dry_run: bool) -> PruneModel:
    return PruneModel(
        cluster=plan.cluster,
        dry_run=dry_run,
        verdict=plan.reason,
        deleting=plan.deleting,
        keeping=plan.keeping,
        deletions=[DeletionModel(snapshot_id=name, reason=reason) for name, reason in plan.deletions],
        refusals=[
            RefusedModel(
                token=item.token,
                since=item.since,
                reason=item.reason,
                deleting=item.count,
                snapshots=list(item.names),
            )
            for item in plan.refusals
        ],
        refused=plan.refused,
        notes=list(plan.notes),
    )
