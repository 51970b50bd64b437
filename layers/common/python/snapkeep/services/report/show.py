"""Links to written reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain.errors import NotFound
from snapkeep.domain.policies import Deployment
from snapkeep.domain.report.link import ReportLink
from snapkeep.ports.reports import ReportPages

LASTS = timedelta(minutes=5)
"""How long a link is valid; short, because it needs no signature."""


@dataclass(frozen=True, slots=True)
class ShowReport:
    """Provides links to written pages."""

    deployment: Deployment
    pages: ReportPages

    def link(self, cluster: str) -> ReportLink:
        """A link to the newest page of a cluster. Raises UnknownCluster, and NotFound without one."""
        self.deployment.known_cluster(cluster)
        found = self.pages.link(cluster, LASTS)
        if found is None:
            raise NotFound(
                f"no report of cluster {cluster} has been written yet: write_report runs every hour, and "
                "its log has the reason"
            )
        return found
