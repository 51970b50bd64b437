"""EKS clusters as the services use them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from snapkeep.adapters.kubernetes.claims import claim_of, scratch_volumes_of, volume_of
from snapkeep.adapters.kubernetes.restores import RestoredObjects
from snapkeep.adapters.kubernetes.targets import read_classes, read_target
from snapkeep.adapters.kubernetes.withdrawal import WithdrawableSnapshots

if TYPE_CHECKING:
    from snapkeep.adapters.kubernetes.client import KubernetesClient
    from snapkeep.adapters.kubernetes.connections import EksConnections
    from snapkeep.domain.claims import Claim, ScratchVolume
    from snapkeep.domain.restore.targets import ClassFacts, TargetFacts
    from snapkeep.ports.clock import Clock

CLAIMS = "/api/v1/persistentvolumeclaims"


class KubernetesCluster(WithdrawableSnapshots, RestoredObjects):
    """One cluster behind its Kubernetes API."""

    def __init__(self, client: KubernetesClient, clock: Clock) -> None:
        super().__init__(client)
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

    def restore_target(self, namespace: str, claim: str, region: str) -> TargetFacts:
        """The target of a restore as the cluster describes it."""
        return read_target(self._client, namespace, claim, region, self._clock())

    def storage_classes(self) -> Mapping[str, ClassFacts]:
        """The storage classes by name."""
        return read_classes(self._client)


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
