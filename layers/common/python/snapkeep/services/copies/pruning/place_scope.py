"""The copies of a cluster's points in a place, as prune works on them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from snapkeep.domain.copies.places import Place
from snapkeep.domain.messages import copies_scope
from snapkeep.services.copies.pruning.read_copies import ReadCopies
from snapkeep.services.copies.pruning.rules_there import RulesThere
from snapkeep.services.retention.decide import DecidePrune
from snapkeep.services.retention.deletion.delete import DeletePoints
from snapkeep.services.retention.prune import Begun
from snapkeep.services.retention.read_cluster import Reading
from snapkeep.services.retention.report import Progress


@dataclass(frozen=True, slots=True)
class CopiesInPlace:
    """The copies of one cluster in one place: a scope of prune."""

    place: Place
    cluster: str
    rules: RulesThere
    reader: ReadCopies
    decider: DecidePrune
    deleter: DeletePoints

    @property
    def name(self) -> str:
        """What the journal knows it by: never the cluster's own name."""
        return copies_scope(self.cluster, self.place.name)

    @property
    def policies(self) -> Collection[str]:
        """The policies that the config names for these copies."""
        return self.rules.policies

    def why_frozen(self) -> str:
        """Why nothing may be deleted; "" when something may."""
        return self.rules.why_frozen()

    def read(self, now: datetime, progress: Progress) -> Reading:
        """EC2's listing of the place, and the journal."""
        return self.reader.read(now, progress)

    def begin(self) -> Begun:
        """What deletes the copies; second copies are in the plan."""
        return Begun(self.deleter)
