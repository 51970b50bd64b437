"""The recovery points of a cluster, as prune works on them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from snapkeep.domain.policies import Deployment
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.kubernetes import Clusters
from snapkeep.services.retention.decide import DecidePrune
from snapkeep.services.retention.deletion.delete import DeletePoints
from snapkeep.services.retention.deletion.duplicates import PruneDuplicates
from snapkeep.services.retention.prune import Begun
from snapkeep.services.retention.read_cluster import ReadCluster, Reading
from snapkeep.services.retention.report import Progress
from snapkeep.services.retention.snapshot_objects import Objects, open_objects, why_gone


@dataclass(frozen=True, slots=True)
class ClusterPoints:
    """The points of one cluster, which go with their objects there: a scope of prune.

    `deleter` gives what deletes them with these objects; `pause` waits (for EC2's pace).
    """

    name: str
    deployment: Deployment
    clusters: Clusters
    snapshots: Snapshots
    reader: ReadCluster
    decider: DecidePrune
    deleter: Callable[[str, Objects], DeletePoints]
    clock: Clock
    pause: Callable[[timedelta], None]

    @property
    def policies(self) -> Collection[str]:
        """The policies that the config names for the cluster."""
        return {policy.name for policy in self.deployment.policies if self.name in policy.clusters}

    def why_frozen(self) -> str:
        """Why EKS has no such cluster: then its backups may be the last of it."""
        return why_gone(self.clusters, self.name)

    def read(self, now: datetime, progress: Progress) -> Reading:
        """EC2's listing, the journal and the cluster."""
        return self.reader.read(now, progress)

    def begin(self) -> Begun:
        """What deletes, once the cluster's objects are known."""
        objects = open_objects(self.clusters, self.name)
        if objects.gone:
            return Begun(frozen=objects.gone)
        duplicates = PruneDuplicates(self.snapshots, objects, self.pause, self.clock)
        return Begun(self.deleter(self.name, objects), partial(duplicates.run, self.name))
