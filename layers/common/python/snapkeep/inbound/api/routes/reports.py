"""The state of a cluster and its claims, and the link to its report page."""

from __future__ import annotations

from aws_lambda_powertools.event_handler.api_gateway import Router

from snapkeep.domain.times import to_second
from snapkeep.inbound.api.actions import Actions
from snapkeep.inbound.api.answers import read_responses
from snapkeep.inbound.api.body import Body
from snapkeep.inbound.api.models.report import ClaimModel, StatusModel, claim_model, status_model
from snapkeep.inbound.api.names import Claim, Cluster, Namespace
from snapkeep.inbound.api.once import Once
from snapkeep.inbound.api.routing import new_router


class ReportModel(Body):
    """A link to a written report, because a page may be too large for a response. The `url` needs no
    signature until it expires."""

    cluster: str
    written_at: str
    url: str
    expires_at: str


def report_routes(actions: Actions, once: Once) -> Router:
    """The routes about reports and the current state."""
    router = new_router()

    @router.get(
        "/v1/clusters/<cluster>/status",
        summary="Show the state of a cluster: claims in trouble, runs, incidents, restores",
        tags=["coverage"],
        responses=read_responses(StatusModel),
    )
    def show_status(cluster: Cluster) -> StatusModel:
        return status_model(actions.show_status(cluster))

    @router.get(
        "/v1/clusters/<cluster>/namespaces/<namespace>/claims/<claim>",
        summary="Show a claim with all its recovery points and the fate of each",
        tags=["coverage"],
        responses=read_responses(ClaimModel),
    )
    def show_claim(cluster: Cluster, namespace: Namespace, claim: Claim) -> ClaimModel:
        return claim_model(actions.show_claim(cluster, namespace, claim))

    @router.get(
        "/v1/clusters/<cluster>/report",
        summary="Find the report page of a cluster",
        tags=["coverage"],
        responses=read_responses(ReportModel),
    )
    def find_report(cluster: Cluster) -> ReportModel:
        link = actions.link_report(cluster)
        return ReportModel(
            cluster=cluster,
            written_at=to_second(link.written_at),
            url=link.url,
            expires_at=to_second(link.expires_at),
        )

    return router
