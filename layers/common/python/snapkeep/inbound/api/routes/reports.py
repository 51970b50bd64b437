"""The report page of a cluster: where it can be fetched."""

from __future__ import annotations

from aws_lambda_powertools.event_handler.api_gateway import Router
from pydantic import BaseModel

from snapkeep.domain.times import to_second
from snapkeep.inbound.api.actions import Actions
from snapkeep.inbound.api.answers import read_responses
from snapkeep.inbound.api.models.report import ClaimModel, StatusModel, claim_model, status_model
from snapkeep.inbound.api.names import Claim, Cluster, Namespace
from snapkeep.inbound.api.once import Once
from snapkeep.inbound.api.routing import new_router


class ReportModel(BaseModel):
    """A written report, by link: a page may be larger than an answer. Until it expires the `url` needs no
    signature."""

    cluster: str
    written_at: str
    url: str
    expires_at: str


def report_routes(actions: Actions, once: Once) -> Router:
    """The routes about reports, and about what they tell as it is now."""
    router = new_router()

    @router.get(
        "/v1/clusters/<cluster>/status",
        summary="Say how a cluster stands: claims in trouble, runs, incidents, restores",
        tags=["coverage"],
        responses=read_responses(StatusModel),
    )
    def show_status(cluster: Cluster) -> StatusModel:
        return status_model(actions.reports.status(cluster))

    @router.get(
        "/v1/clusters/<cluster>/namespaces/<namespace>/claims/<claim>",
        summary="Show a claim with all its recovery points and what becomes of each",
        tags=["coverage"],
        responses=read_responses(ClaimModel),
    )
    def show_claim(cluster: Cluster, namespace: Namespace, claim: Claim) -> ClaimModel:
        return claim_model(actions.reports.claim(cluster, namespace, claim))

    @router.get(
        "/v1/clusters/<cluster>/report",
        summary="Find the report page of a cluster",
        tags=["coverage"],
        responses=read_responses(ReportModel),
    )
    def find_report(cluster: Cluster) -> ReportModel:
        link = actions.report_pages.link(cluster)
        return ReportModel(
            cluster=cluster,
            written_at=to_second(link.written_at),
            url=link.url,
            expires_at=to_second(link.expires_at),
        )

    return router
