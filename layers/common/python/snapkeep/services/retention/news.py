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

        Each is journaled as told once it was, whatever becomes of the others. Returns why some could not be
        told or journaled now, "" when all were.
        """
        try:
            told = self.journal.prunes.announced(cluster)
            known, why = self._tell_orphaned(cluster, points, set(told.orphaned))
            now = replace(told, frozen="", orphaned=tuple(sorted(known)))
            if now != told:
                self.journal.prunes.record_announced(now)
        except SnapkeepError as error:
            log.warning("prune of %s: cannot tell of its removed policies: %s", cluster, error.reason)
            return error.reason
        return why

    def _tell_orphaned(self, cluster: str, points: Mapping[str, int], told: set[str]) -> tuple[set[str], str]:
        """Those of the policies that were told by now, and why the others were not."""
        known, why = told & set(points), ""
        for policy in sorted(set(points) - known):
            try:
                self.announcer.policy_orphaned(cluster, policy, points[policy])
                known.add(policy)
            except SnapkeepError as error:
                log.warning("prune of %s: cannot tell of policy %s: %s", cluster, policy, error.reason)
                why = error.reason
        return known, why
