"""Suggests the command that restores a recovery point, checked against the cluster."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from snapkeep.domain.errors import PermanentError, TemporaryError
from snapkeep.domain.policies import Deployment
from snapkeep.domain.restore.commands import restore_command
from snapkeep.domain.restore.points import PointFacts
from snapkeep.domain.restore.suggestions import Suggestion, names_for, suggestion, wanted
from snapkeep.domain.restore.targets import TargetFacts
from snapkeep.services.restore.plan import PlanRestore

TRIES = 5
"""How many names to try before a suggestion uses the name of an existing claim."""


@dataclass(frozen=True, slots=True)
class SuggestRestore:
    """Reads what a pre-flight reads, and creates nothing."""

    deployment: Deployment
    planner: PlanRestore

    def suggest(self, point: PointFacts, taken: Collection[str] = ()) -> Suggestion:
        """The command for one point; `taken` are names of claims known to exist in its namespace.

        If the cluster does not answer, the command is unchecked; that is never an error.
        """
        cluster = self._cluster(point)
        names = (name for name in names_for(point.claim) if name not in taken)
        request = wanted(point, cluster, next(names))
        try:
            seen, target = self.planner.facts(request, point)
            for name in islice(names, TRIES):
                if not target.claim_exists:
                    break
                request = replace(request, target=name)
                seen, target = self.planner.facts(request, point)
        except (TemporaryError, PermanentError) as error:
            return Suggestion(restore_command(request), f"not checked: {error.reason}")
        return suggestion(wanted(seen, cluster, request.target), seen, target)

    def unchecked(self, point: PointFacts, why: str) -> Suggestion:
        """The command for a point in a cluster that does not answer, under a name that is probably free."""
        _, name = islice(names_for(point.claim), 2)
        return Suggestion(restore_command(wanted(point, self._cluster(point), name)), f"not checked: {why}")

    def suggest_all(
        self, cluster: str, points: Sequence[PointFacts], taken: Mapping[str, Collection[str]]
    ) -> Mapping[str, Suggestion]:
        """The commands for points of one cluster, by point id; `taken` holds its claims by namespace.

        Only the storage classes are read, once: quotas and limits of the namespaces are left to the restore.
        If the classes cannot be read, the commands are unchecked.
        """
        requests = {
            point.id: wanted(
                point,
                cluster,
                next(name for name in names_for(point.claim) if name not in taken.get(point.namespace, ())),
            )
            for point in points
        }
        target = self._any_target(cluster) if points else None
        return {
            point.id: suggestion(requests[point.id], point, target)
            if target
            else Suggestion(restore_command(requests[point.id]))
            for point in points
        }

    def _any_target(self, cluster: str) -> TargetFacts | None:
        """A namespace without limits in the cluster; None when its storage classes cannot be read."""
        region = self.deployment.known_cluster(cluster).region
        try:
            return TargetFacts(region, classes=self.planner.clusters.open(cluster).storage_classes())
        except (TemporaryError, PermanentError):
            return None

    def _cluster(self, point: PointFacts) -> str:
        """The point's cluster; if the config no longer names it, one that can take its place."""
        if self.deployment.cluster(point.cluster):
            return point.cluster
        return self.deployment.clusters[0].name
