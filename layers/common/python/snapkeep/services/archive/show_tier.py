"""Shows the tier of a point, and why it is there."""

from __future__ import annotations

from dataclasses import dataclass

from snapkeep.domain.archive.shown import ShownTier, shown_tier
from snapkeep.domain.policies import Deployment
from snapkeep.domain.restore.points import PointFacts
from snapkeep.ports.archives import Archives


@dataclass(frozen=True, slots=True)
class ShowTier:
    """Reads the figures in the journal; measures nothing."""

    deployment: Deployment
    archives: Archives

    def of(self, point: PointFacts) -> ShownTier:
        """The tier of a point or copy."""
        policy = self.deployment.policy(point.policy)
        archives = bool(policy and policy.archive_after)
        known = None if point.place else self.archives.archive(point.cluster, point.snapshot_id)
        return shown_tier(point, known, archives=archives)
