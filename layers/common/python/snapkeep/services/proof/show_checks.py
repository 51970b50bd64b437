"""Says how points stand that people look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from snapkeep.domain.policies import Deployment
from snapkeep.domain.proof.checks import Check, Verdict
from snapkeep.domain.proof.shown import Checkable, CheckState, ShownCheck, shown_check
from snapkeep.domain.restore.points import PointFacts
from snapkeep.ports.checks import Checks
from snapkeep.ports.clock import Clock


@dataclass(frozen=True, slots=True)
class ShowChecks:
    """Reads checks; about a hundred of them cost one call.

    Copies are as their tags say, because what checked them may be in a Region that is lost.
    """

    deployment: Deployment
    checks: Checks
    clock: Clock

    def of(self, points: Sequence[PointFacts]) -> Mapping[str, ShownCheck]:
        """How each point stands, by snapshot (id)."""
        found = self._checks(point for point in points if not point.place)
        return {point.snapshot_id: self._shown(point, found) for point in points}

    def _shown(self, point: PointFacts, found: Mapping[tuple[str, str], Check]) -> ShownCheck:
        if point.place and point.checked in list(Verdict):
            return ShownCheck(CheckState(point.checked))
        known = found.get((point.cluster, point.id)) if not point.place else None
        check = known if known and known.subject.snapshot_id == point.snapshot_id else None
        about = Checkable(point.state, point.slot, point.archived, bool(point.place))
        return shown_check(about, check, self.deployment.checks is not None, self.clock())

    def _checks(self, points: Iterable[PointFacts]) -> Mapping[tuple[str, str], Check]:
        """The checks by cluster and point; also those made before somebody switched checks off."""
        by_cluster: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        for point in points:
            by_cluster[point.cluster].append((point.namespace, point.claim, point.id))
        return {
            (cluster, check.subject.point_id): check
            for cluster, places in by_cluster.items()
            for check in self.checks.checks(cluster, places).values()
        }
