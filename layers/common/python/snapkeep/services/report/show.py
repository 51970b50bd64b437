"""Where the written report of a cluster can be fetched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain.errors import NotFound
from snapkeep.domain.policies import Deployment
from snapkeep.domain.report.link import ReportLink
from snapkeep.ports.reports import ReportPages

LASTS = timedelta(minutes=5)
"""A link needs no signature, so it ends soon."""


@dataclass(frozen=True, slots=True)
class ShowReport:
    """Gives links to pages that were written."""

    deployment: Deployment
    pages: ReportPages

    def link(self, cluster: str) -> ReportLink:
        """A link to the newest page of a cluster. Raises UnknownCluster, and NotFound without one."""
        self.deployment.known_cluster(cluster)
        found = self.pages.link(cluster, LASTS)
        if found is None:
            raise NotFound(
                f"no report of cluster {cluster} was written yet: write_report does so every hour, and "
                "its log says what keeps it"
            )
        return found
