"""What the API invokes, in this process: a pruner and a trier of a world."""

from __future__ import annotations

from typing import Any, Protocol

from snapkeep.domain.report.trials import Trial, TrialRequest
from snapkeep.domain.retention.prune_plans import PrunePlan
from snapkeep.services.retention.report import ClusterReport
from snapkeep.wiring import trials
from snapkeep.wiring.ports import Ports


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

    def rehearse(self, cluster: str, place: str = "") -> PrunePlan:
        report = self._prune(cluster, place, dry_run=True)
        assert report.verdict is not None
        return PrunePlan(
            cluster=report.cluster,
            reason=report.verdict.reason,
            deleting=report.counts["delete"],
            keeping=report.counts["keep"],
            deletions=tuple(report.delete),
            refusals=tuple(report.refusals),
            refused=report.refused,
            notes=tuple(report.notes),
        )

    def prune(self, cluster: str, token: str, place: str = "") -> None:
        self._prune(cluster, place, confirm=token)

    def _prune(self, cluster: str, place: str, **request: Any) -> ClusterReport:
        if not place:
            return self._world.prune(cluster=cluster, **request)
        copies: Any = self._world  # a world whose points are copied
        report: ClusterReport = copies.prune_copies(cluster=cluster, place=place, **request)
        return report


class Readable(Protocol):
    """What has ports: a world."""

    def ports(self) -> Ports:
        """Its ports."""


class WorldTrier:
    """Tries policies in the world at once, as the function would."""

    def __init__(self, world: Readable) -> None:
        self._world = world

    def try_config(self, request: TrialRequest) -> Trial:
        return trials.try_config(self._world.ports()).run(request)
