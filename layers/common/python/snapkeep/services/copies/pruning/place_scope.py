"""The copies of a cluster's points in a place, as prune works on them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from snapkeep.domain.copies.lineages import rule_to
from snapkeep.domain.copies.places import Place
from snapkeep.domain.messages import copies_scope
from snapkeep.domain.policies import RESERVED_NAMES, Deployment
from snapkeep.ports.prunes import Prunes
from snapkeep.services.copies.pruning.read_copies import ReadCopies
from snapkeep.services.retention.decide import DecidePrune
from snapkeep.services.retention.deletion.delete import DeletePoints
from snapkeep.services.retention.prune import Begun
from snapkeep.services.retention.read_cluster import Reading
from snapkeep.services.retention.report import Progress


@dataclass(frozen=True, slots=True)
class CopiesInPlace:
    """The copies of one cluster in one place: a scope of prune."""

    deployment: Deployment
    place: Place
    cluster: str
    prunes: Prunes
    reader: ReadCopies
    decider: DecidePrune
    deleter: DeletePoints

    @property
    def name(self) -> str:
        """What the journal knows it by: never the cluster's own name."""
        return copies_scope(self.cluster, self.place.name)

    @property
    def policies(self) -> Collection[str]:
        """The policies whose points are copied to the place, and the built-in ones."""
        policies = [policy for policy in self.deployment.policies if self.cluster in policy.clusters]
        return {policy.name for policy in policies if rule_to(policy, self.place.name)} | RESERVED_NAMES

    def why_frozen(self) -> str:
        """Why the points of the cluster are not pruned: its copies may be the last of it, too."""
        return self.prunes.announced(self.cluster).frozen

    def read(self, now: datetime, progress: Progress) -> Reading:
        """EC2's listing of the place, and the journal."""
        return self.reader.read(now, progress)

    def begin(self) -> Begun:
        """What deletes the copies; second copies are in the plan."""
        return Begun(self.deleter)
