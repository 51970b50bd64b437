"""A vault as a whole: the copies of all sources, its state, and its page."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from snapkeep.domain.copies.view.shown import CopyQuery
from snapkeep.domain.times import to_second
from snapkeep.inbound.api.actions import Actions
from snapkeep.inbound.api.answers import read_responses
from snapkeep.inbound.api.body import Body
from snapkeep.inbound.api.models.copy import CopyPageModel, copy_page_model
from snapkeep.inbound.api.models.vault import VaultModel, vault_model
from snapkeep.inbound.api.names import EKS_NAME, Cursor, Limit, Text
from snapkeep.inbound.api.once import Once
from snapkeep.inbound.api.routes.copies import State
from snapkeep.inbound.api.routing import new_router

AnyCluster = Annotated[str, Query(pattern=rf"^$|{EKS_NAME}", description="Only those of this cluster")]


class VaultReportModel(Body):
    """A link to the page of a vault. The `url` needs no signature until it expires."""

    written_at: str
    url: str
    expires_at: str


def vault_routes(actions: Actions, once: Once) -> Router:
    """The routes that only a vault has, which change nothing. The place of a copy is its source's name."""
    router = new_router()

    @router.get(
        "/v1/copies",
        summary="List the copies in a vault",
        tags=["vault"],
        responses=read_responses(CopyPageModel),
    )
    def list_copies_in_vault(
        cluster: AnyCluster = "",
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

    @router.get(
        "/v1/status",
        summary="Show what a vault has of each source",
        tags=["vault"],
        responses=read_responses(VaultModel),
    )
    def show_vault() -> VaultModel:
        return vault_model(actions.show_vault())

    @router.get(
        "/v1/report",
        summary="Find the report page of a vault",
        tags=["vault"],
        responses=read_responses(VaultReportModel),
    )
    def find_vault_report() -> VaultReportModel:
        link = actions.link_vault_report()
        return VaultReportModel(
            written_at=to_second(link.written_at), url=link.url, expires_at=to_second(link.expires_at)
        )

    return router
