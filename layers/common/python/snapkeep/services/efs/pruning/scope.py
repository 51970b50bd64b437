"""The recovery points of all file systems, as prune works on them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from snapkeep.domain.messages import FILE_SYSTEMS
from snapkeep.domain.policies import Deployment
from snapkeep.services.efs.pruning.read_recovery_points import ReadRecoveryPoints
from snapkeep.services.retention.decide import DecidePrune
from snapkeep.services.retention.deletion.delete import DeletePoints
from snapkeep.services.retention.prune import Begun
from snapkeep.services.retention.read_cluster import Reading
from snapkeep.services.retention.report import Progress


@dataclass(frozen=True, slots=True)
class FileSystems:
    """The recovery points in the deployment's vault: a scope of prune. Its lineages are those of file systems
    under a policy."""

    deployment: Deployment
    reader: ReadRecoveryPoints
    decider: DecidePrune
    deleter: DeletePoints

    @property
    def name(self) -> str:
        """What the journal knows it by: never a cluster's name."""
        return FILE_SYSTEMS

    @property
    def policies(self) -> Collection[str]:
        """The policies of the config, whatever they take now."""
        return {policy.name for policy in self.deployment.policies}

    def why_frozen(self) -> str:
        """Never: without claims nothing new pushes anything out."""
        return ""

    def read(self, now: datetime, progress: Progress) -> Reading:
        """The vault's listing, and the journal."""
        return self.reader.read(now, progress)

    def begin(self) -> Begun:
        """What deletes them."""
        return Begun(self.deleter)
