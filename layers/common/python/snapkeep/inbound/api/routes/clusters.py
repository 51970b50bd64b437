"""The clusters of the deployment."""

from __future__ import annotations

from aws_lambda_powertools.event_handler.api_gateway import Router

from snapkeep.inbound.api.actions import Actions
from snapkeep.inbound.api.answers import read_responses
from snapkeep.inbound.api.body import Body
from snapkeep.inbound.api.once import Once
from snapkeep.inbound.api.routing import new_router


class ClusterModel(Body):
    """A cluster of the config and the policies that run in it."""

    name: str
    region: str
    policies: list[str]


class VaultSourceModel(Body):
    """A source of a vault: a deployment in another account, whose points the vault copies."""

    name: str
    account: str
    region: str
    clusters: list[str]


class ClustersModel(Body):
    """The clusters of the config. A vault has none of its own, and has `sources` instead. `files` says
    whether files of recovery points can be read."""

    clusters: list[ClusterModel]
    sources: list[VaultSourceModel]
    files: bool


def cluster_routes(actions: Actions, once: Once) -> Router:
    """The routes about clusters, which change nothing."""
    router = new_router()

    @router.get(
        "/v1/clusters",
        summary="List the clusters of this deployment",
        tags=["clusters"],
        responses=read_responses(ClustersModel),
    )
    def list_clusters() -> ClustersModel:
        policies, vault = actions.deployment.policies, actions.deployment.vault
        return ClustersModel(
            clusters=[
                ClusterModel(
                    name=cluster.name,
                    region=cluster.region,
                    policies=[policy.name for policy in policies if cluster.name in policy.clusters],
                )
                for cluster in actions.deployment.clusters
            ],
            sources=[
                VaultSourceModel(
                    name=source.name,
                    account=source.account,
                    region=source.region,
                    clusters=list(source.clusters),
                )
                for source in (vault.sources if vault else ())
            ],
            files=actions.deployment.files is not None,
        )

    return router
