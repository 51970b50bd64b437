"""News of a cluster: what changed since the last prune is told once, not with every prune."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

from snapkeep.domain.errors import SnapkeepError
from snapkeep.ports.journal import Journal
from snapkeep.ports.news import Announcer

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PruneNews:
    """Publishes that a cluster is gone, or a policy was removed; what cannot be told now is told later."""

    journal: Journal
    announcer: Announcer

    def frozen(self, cluster: str, reason: str) -> bool:
        """Tell that EKS has a cluster no more; True when that is news."""
        try:
            told = self.journal.prunes.announced(cluster)
            if told.frozen:
                return False
            self.announcer.cluster_gone(cluster, reason)
            self.journal.prunes.record_announced(replace(told, frozen=reason))
        except SnapkeepError as error:
            log.warning("prune of %s: cannot tell that it is gone: %s", cluster, error.reason)
        return True

    def orphaned(self, cluster: str, points: Mapping[str, int]) -> str:
        """Tell which policies (name to points left) the config stopped naming; the cluster is there.

        Returns why that could not be told now, "" when it was.
        """
        try:
            told = self.journal.prunes.announced(cluster)
            for policy in sorted(set(points) - set(told.orphaned)):
                self.announcer.policy_orphaned(cluster, policy, points[policy])
            now = replace(told, frozen="", orphaned=tuple(sorted(points)))
            if now != told:
                self.journal.prunes.record_announced(now)
        except SnapkeepError as error:
            log.warning("prune of %s: cannot tell of its removed policies: %s", cluster, error.reason)
            return error.reason
        return ""
