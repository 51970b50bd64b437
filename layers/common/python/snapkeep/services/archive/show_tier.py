"""Shows the tier of a point, and why it is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from snapkeep.domain.archive.shown import ShownTier, shown_tier, why_here
from snapkeep.domain.archive.tier_words import archived_words, back_words
from snapkeep.domain.policies import Deployment
from snapkeep.domain.report.points import ReportedPoint
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

    def of_points(self, cluster: str, points: Sequence[ReportedPoint]) -> Sequence[ReportedPoint]:
        """The points of a cluster with their tiers in words; those that were measured say why they are not
        archived."""
        archiving = {policy.name for policy in self.deployment.policies if policy.archive_after}
        known = self.archives.archives(cluster) if archiving else ()
        why = {record.snapshot_id: why_here(record) for record in known if record.policy in archiving}
        return [
            replace(point, tier=words) if (words := _away(point) or why.get(point.snapshot_id)) else point
            for point in points
        ]


def _away(point: ReportedPoint) -> str:
    if point.archived:
        return archived_words(point.archived_at, point.most_bytes)
    return back_words(point.archived_at, point.back_until) if point.back_until else ""
