"""EKS clusters as the services use them."""

from __future__ import annotations

from collections.abc import Iterator

from snapkeep.adapters.kubernetes import removal, restores, snapshots, withdrawal
from snapkeep.adapters.kubernetes.claims import claim_of, scratch_volumes_of, volume_of
from snapkeep.adapters.kubernetes.client import KubernetesClient
from snapkeep.adapters.kubernetes.connections import EksConnections
from snapkeep.adapters.kubernetes.targets import read_target
from snapkeep.domain.claims import Claim, ScratchVolume
from snapkeep.domain.drivers import DRIVERS
from snapkeep.domain.points import Point
from snapkeep.domain.restore.operations import RestoreOperation
from snapkeep.domain.restore.progress import RestoredClaim
from snapkeep.domain.restore.targets import TargetFacts
from snapkeep.domain.retention.deletion.deletions import Leftover, SnapshotContent, Withdrawn
from snapkeep.domain.retention.deletion.orphans import ListedSnapshot
from snapkeep.ports.clock import Clock
from snapkeep.ports.kubernetes import SnapshotSupport, VolumeSnapshot

CLAIMS = "/api/v1/persistentvolumeclaims"


class KubernetesCluster:
    """One cluster behind its Kubernetes API."""

    def __init__(self, client: KubernetesClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    def claims(self) -> Iterator[Claim]:
        """All claims with their volumes; the volumes are read first, once."""
        documents = self._client.list("/api/v1/persistentvolumes")
        volumes = {volume.name: volume for volume in map(volume_of, documents)}
        for document in self._client.list(CLAIMS):
            yield claim_of(document, self._client.cluster, volumes)

    def claim_uids(self) -> Iterator[str]:
        """The UIDs of all claims."""
        for document in self._client.list(CLAIMS):
            yield str(document["metadata"]["uid"])

    def scratch_volumes(self) -> Iterator[ScratchVolume]:
        """All emptyDir and hostPath volumes of running pods."""
        for pod in self._client.list("/api/v1/pods", {"fieldSelector": "status.phase=Running"}):
            yield from scratch_volumes_of(pod, self._client.cluster)

    def snapshot_support(self, driver: str) -> SnapshotSupport:
        """Whether Snapkeep's VolumeSnapshots can be taken. A missing controller shows only later."""
        return snapshots.support(self._client, DRIVERS[driver])

    def create_volume_snapshot(self, point: Point) -> str:
        """Create the VolumeSnapshot of the point, or find it; returns its UID. Raises NameTaken."""
        return snapshots.create(self._client, point)

    def volume_snapshot(self, namespace: str, name: str) -> VolumeSnapshot | None:
        """The VolumeSnapshot's status, or None when there is none of that name."""
        return snapshots.read(self._client, namespace, name)

    def delete_volume_snapshot(self, namespace: str, name: str, uid: str = "") -> None:
        """Delete a VolumeSnapshot whose content retains; one that is already gone is success."""
        removal.remove_snapshot(self._client, namespace, name, removal.has_uid(uid))

    def withdraw_volume_snapshot(self, point: Point, useless: str = "") -> Withdrawn:
        """Delete the point's own VolumeSnapshot and its content unless a useful snapshot was taken."""
        return withdrawal.withdraw(self._client, point, useless)

    def volume_snapshot_left(self, namespace: str, name: str) -> Leftover | None:
        """A VolumeSnapshot whose deletion was requested but that still exists; None once it is gone."""
        return snapshots.left(self._client, namespace, name)

    def listed_snapshots(self) -> Iterator[ListedSnapshot]:
        """All of Snapkeep's VolumeSnapshots."""
        return snapshots.listed_snapshots(self._client)

    def snapshot_contents(self) -> Iterator[SnapshotContent]:
        """All VolumeSnapshotContents."""
        return snapshots.contents(self._client)

    def delete_snapshot_content(self, name: str, uid: str = "") -> None:
        """Delete a VolumeSnapshotContent that retains; one that is already gone is success."""
        removal.remove_content(self._client, name, removal.has_uid(uid))

    def snapshot_content_left(self, name: str) -> Leftover | None:
        """A VolumeSnapshotContent whose deletion was requested but that still exists; None once it is
        gone."""
        return snapshots.content_left(self._client, name)

    def restore_target(self, namespace: str, claim: str, region: str) -> TargetFacts:
        """The target of a restore as the cluster describes it."""
        return read_target(self._client, namespace, claim, region, self._clock())

    def import_snapshot(self, restore: RestoreOperation) -> None:
        """Create the content and VolumeSnapshot of a restore, or find them; raises NameTaken."""
        restores.import_snapshot(self._client, restore)

    def create_restored_claim(self, restore: RestoreOperation) -> None:
        """Create the claim of a restore, or find it; raises NameTaken."""
        restores.create_claim(self._client, restore)

    def restored_claim(self, restore: RestoreOperation) -> RestoredClaim | None:
        """The claim under the restore's target name as it is now."""
        return restores.read_claim(self._client, restore)

    def remove_imported_snapshot(self, restore: RestoreOperation) -> None:
        """Delete the objects that `import_snapshot` created for this restore."""
        restores.remove_import(self._client, restore)

    def remove_restored_claim(self, restore: RestoreOperation) -> None:
        """Delete the claim of a restore while it has no volume."""
        restores.remove_claim(self._client, restore)


class EksClusters:
    """The EKS clusters of one account and Region."""

    def __init__(self, connections: EksConnections, clock: Clock) -> None:
        self._connections = connections
        self._clock = clock

    def open(self, name: str) -> KubernetesCluster:
        """The cluster of that name.

        Raises PermanentError when EKS has none, ClusterUnreachable when it cannot be described now.
        """
        return KubernetesCluster(self._connections.client(name), self._clock)
