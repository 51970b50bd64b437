"""Announces changes in a cluster since the last prune, once and not with every prune."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.troubles import Topic, TroubleKind
from snapkeep.ports.clock import Clock
from snapkeep.ports.news import RetentionNews
from snapkeep.ports.prunes import Prunes
from snapkeep.ports.troubles import Troubles
from snapkeep.services.retention.deletion.delete import Deleted, DeletionOutcome
from snapkeep.services.tell_troubles import TellTroubles

STUCK_AFTER = timedelta(days=1)
"""A deletion that waits longer is stuck, on a finalizer or on a controller that does not work."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PruneNews:
    """Publishes that a cluster is gone, a policy removed, or deletions stuck; what failed is announced
    later."""

    prunes: Prunes
    troubles: Troubles
    announcer: RetentionNews
    clock: Clock

    def frozen(self, cluster: str, reason: str) -> bool:
        """Announce that EKS no longer has a cluster; True when that is new."""
        try:
            told = self.prunes.announced(cluster)
            if told.frozen:
                return False
            self.announcer.cluster_gone(cluster, reason)
            self.prunes.record_announced(replace(told, frozen=reason))
        except SnapkeepError as error:
            log.warning("prune of %s: could not announce that it is gone: %s", cluster, error.reason)
        return True

    def orphaned(self, cluster: str, points: Mapping[str, int]) -> str:
        """Announce policies (name to remaining points) that the config no longer names; the cluster exists.

        Each is journaled once announced, whatever happens to the others. Returns why some could not be
        announced or journaled now, "" when all were.
        """
        try:
            told = self.prunes.announced(cluster)
            known, why = self._tell_orphaned(cluster, points, set(told.orphaned))
            now = replace(told, frozen="", orphaned=tuple(sorted(known)))
            if now != told:
                self.prunes.record_announced(now)
        except SnapkeepError as error:
            log.warning("prune of %s: could not announce its removed policies: %s", cluster, error.reason)
            return error.reason
        return why

    def stuck(self, cluster: str, opened: Collection[str], ended: Sequence[Deleted]) -> None:
        """Announce deletions that wait too long, by snapshot; those among `opened` (ids) that this prune had
        no time for wait as before."""
        waiting = {item.snapshot_id: item.reason for item in ended if item.fate is DeletionOutcome.WAITING}
        topic = Topic(TroubleKind.DELETION_STUCK, cluster, "prune")
        left = set(opened).difference(item.snapshot_id for item in ended)
        known = self.troubles.troubles(topic)
        waiting |= {name: item.reason for name, item in known.items() if name in left}
        TellTroubles(self.troubles, self.announcer, self.clock).tell(topic, waiting, STUCK_AFTER)

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
