"""News of a cluster: changes since the last prune are announced once, not with every prune."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

from snapkeep.domain.errors import SnapkeepError
from snapkeep.ports.journal import Journal
from snapkeep.ports.news import RetentionNews

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PruneNews:
    """Publishes that a cluster is gone, or a policy was removed; a failed announcement is repeated later."""

    journal: Journal
    announcer: RetentionNews

    def frozen(self, cluster: str, reason: str) -> bool:
        """Announce that EKS no longer has a cluster; True when that is new."""
        try:
            told = self.journal.prunes.announced(cluster)
            if told.frozen:
                return False
            self.announcer.cluster_gone(cluster, reason)
            self.journal.prunes.record_announced(replace(told, frozen=reason))
        except SnapkeepError as error:
            log.warning("prune of %s: could not announce that it is gone: %s", cluster, error.reason)
        return True

    def orphaned(self, cluster: str, points: Mapping[str, int]) -> str:
        """Announce policies (name to remaining points) that the config no longer names; the cluster exists.

        Each is journaled once announced, whatever happens to the others. Returns why some could not be
        announced or journaled now, "" when all were.
        """
        try:
            told = self.journal.prunes.announced(cluster)
            known, why = self._tell_orphaned(cluster, points, set(told.orphaned))
            now = replace(told, frozen="", orphaned=tuple(sorted(known)))
            if now != told:
                self.journal.prunes.record_announced(now)
        except SnapkeepError as error:
            log.warning("prune of %s: could not announce its removed policies: %s", cluster, error.reason)
            return error.reason
        return why

    def _tell_orphaned(self, cluster: str, points: Mapping[str, int], told: set[str]) -> tuple[set[str], str]:
        """The policies announced so far, and why the others were not."""
        known, why = told & set(points), ""
        for policy in sorted(set(points) - known):
            try:
                self.announcer.policy_orphaned(cluster, policy, points[policy])
                known.add(policy)
            except SnapkeepError as error:
                log.warning("prune of %s: could not announce policy %s: %s", cluster, policy, error.reason)
                why = error.reason
        return known, why
