"""The claim of a restore as it is now, with the snapshot that its volume was created from."""

from __future__ import annotations

from dataclasses import dataclass, replace

from snapkeep.domain.errors import PermanentError
from snapkeep.domain.restore.bindings import Binding, is_right
from snapkeep.domain.restore.operations import RestoreOperation
from snapkeep.domain.restore.progress import RestoredClaim
from snapkeep.ports.ec2 import Snapshots, Volumes
from snapkeep.ports.kubernetes import Clusters


@dataclass(frozen=True, slots=True)
class RestoredClaims:
    """Reads the claims of restores."""

    clusters: Clusters
    snapshots: Snapshots
    volumes: Volumes

    def look(self, operation: RestoreOperation) -> RestoredClaim | None:
        """The claim with the restore's target name; None without one, and when its cluster is gone.

        EC2 is read until the restore has ended. Raises TemporaryError when EC2 or the cluster does not
        answer.
        """
        try:
            cluster = self.clusters.open(operation.cluster)
        except PermanentError:
            return None
        claim = cluster.restored_claim(operation)
        ours = claim is not None and claim.operation == operation.id
        if claim is None or claim.binding is None or operation.stage.is_final or not ours:
            return claim
        return replace(claim, binding=self._known(operation, claim.binding))

    def _known(self, operation: RestoreOperation, binding: Binding) -> Binding:
        if not binding.volume_id:
            return binding
        known = replace(binding, made_from=self.volumes.made_from(binding.volume_id))
        if not known.is_settled or is_right(operation, known):
            return known
        point = self.snapshots.get(operation.snapshot_id)
        return replace(known, point_volume=point.volume_id if point else "")
