"""A pruner, as the API has it, that prunes a world."""

from __future__ import annotations

from typing import Protocol

from snapkeep.domain.retention.prune_plans import PrunePlan
from snapkeep.services.retention.report import ClusterReport


class Prunable(Protocol):
    """What prunes its one cluster: a world."""

    def prune(
        self, *, owner: str = "prune", cluster: str = "", dry_run: bool = False, confirm: str = ""
    ) -> ClusterReport:
        """Run prune once."""


class WorldPruner:
    """Submits to the world's prune, and runs it at once."""

    def __init__(self, world: Prunable) -> None:
        self._world = world

    def rehearse(self, cluster: str) -> PrunePlan:
        report = self._world.prune(cluster=cluster, dry_run=True)
        assert report.verdict is not None
        return PrunePlan(
            cluster=cluster,
            reason=report.verdict.reason,
            deleting=report.counts["delete"],
            keeping=report.counts["keep"],
            deletions=tuple(report.delete),
            refusals=tuple(report.refusals),
            refused=report.refused,
            notes=tuple(report.notes),
        )

    def prune(self, cluster: str, token: str) -> None:
        self._world.prune(cluster=cluster, confirm=token)
