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

VAULT_PAGE = "vault"
"""The name of a vault's page, where others have clusters."""


@dataclass(frozen=True, slots=True)
class ShowReport:
    """Provides links to written pages."""

    deployment: Deployment
    pages: ReportPages

    def link(self, cluster: str) -> ReportLink:
        """A link to the newest page of a cluster. Raises UnknownCluster, and NotFound without one."""
        self.deployment.known_cluster(cluster)
        return self._newest(cluster, f"cluster {cluster}")

    def link_vault(self) -> ReportLink:
        """A link to the newest page of the vault. Raises NotFound without one, or where this is none."""
        if self.deployment.vault is None:
            raise NotFound("this deployment is not a vault; ask for the report of a cluster")
        return self._newest(VAULT_PAGE, "this vault")

    def _newest(self, name: str, whose: str) -> ReportLink:
        found = self.pages.link(name, LASTS)
        if found is None:
            raise NotFound(
                f"no report of {whose} has been written yet: write_report runs every hour, and its log has "
                "the reason"
            )
        return found
