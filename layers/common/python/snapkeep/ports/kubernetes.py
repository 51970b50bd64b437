"""Clusters, and the nodes in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.claims import Claim, ScratchVolume
    from snapkeep.domain.interruption.nodes import Attachment, Node, NodeChange, NodeEvent, Pod
    from snapkeep.domain.points import Point
    from snapkeep.domain.restore.operations import RestoreOperation
    from snapkeep.domain.restore.progress import RestoredClaim
    from snapkeep.domain.restore.targets import ClassFacts, TargetFacts
    from snapkeep.domain.retention.deletion.deletions import Leftover, SnapshotContent, Withdrawn
    from snapkeep.domain.retention.deletion.orphans import ListedSnapshot


@dataclass(frozen=True, slots=True)
class SnapshotSupport:
    """Whether a cluster can take our VolumeSnapshots now, and if not, why.

    `installed` is False when the components that every VolumeSnapshot needs are not installed.
    """

    available: bool
    reason: str = ""
    installed: bool = True


@dataclass(frozen=True, slots=True)
class VolumeSnapshot:
    """The status of a VolumeSnapshot. `snapshot_id` is empty until its content is bound and has a handle.

    `restore_size_bytes` is the larger of its restoreSize and its content's, 0 when neither has one; `driver`
    is its content's, "" without one.
    """

    name: str
    namespace: str
    bound: bool
    ready: bool
    snapshot_id: str = ""
    error: str = ""
    restore_size_bytes: int = 0
    driver: str = ""


class Claims(Protocol):
    """The claims of one cluster, and what pods keep outside claims."""

    def claims(self) -> Iterator[Claim]:
        """All claims with their volumes, listed in pages."""

    def claim_uids(self) -> Iterator[str]:
        """The UIDs of all claims, listed in pages; a claim missing from a complete listing is gone."""

    def scratch_volumes(self) -> Iterator[ScratchVolume]:
        """All emptyDir and hostPath volumes of running pods, listed in pages."""


class SnapshotObjects(Protocol):
    """The VolumeSnapshots of one cluster, and their contents."""

    def snapshot_support(self, driver: str) -> SnapshotSupport:
        """Whether the snapshot CRDs and our VolumeSnapshotClass for the driver of that name exist."""

    def create_volume_snapshot(self, point: Point) -> str:
        """Create the VolumeSnapshot of the point; returns its UID.

        An existing one is success when its nonce, run, claim and class match the point; any other raises
        NameTaken.
        """

    def volume_snapshot(self, namespace: str, name: str) -> VolumeSnapshot | None:
        """The VolumeSnapshot's status, or None when there is none of that name."""

    def delete_volume_snapshot(self, namespace: str, name: str, uid: str = "") -> None:
        """Delete a VolumeSnapshot; one that is already gone, or now has another UID, is success.

        Raises PermanentError when its deletion would delete the EBS snapshot, and TemporaryError when its
        content cannot be read.
        """

    def withdraw_volume_snapshot(self, point: Point, useless: str = "") -> Withdrawn:
        """Request the deletion of the point's own VolumeSnapshot and its content; returns what still exists.

        Nothing is deleted when the content names another snapshot than the `useless` one. Raises
        PermanentError when the deletion would delete a snapshot, or when the cluster refuses.
        """

    def volume_snapshot_left(self, namespace: str, name: str) -> Leftover | None:
        """A VolumeSnapshot whose deletion was requested but that still exists; None once it is gone."""

    def listed_snapshots(self) -> Iterator[ListedSnapshot]:
        """All of our VolumeSnapshots, listed in pages."""

    def snapshot_contents(self) -> Iterator[SnapshotContent]:
        """All VolumeSnapshotContents, including those that name no snapshot yet, listed in pages."""

    def delete_snapshot_content(self, name: str, uid: str = "") -> None:
        """Delete a VolumeSnapshotContent; one that is already gone, or now has another UID, is success.

        Raises PermanentError when its deletion would delete the EBS snapshot.
        """

    def snapshot_content_left(self, name: str) -> Leftover | None:
        """A VolumeSnapshotContent whose deletion was requested but that still exists; None once it is
        gone."""


class RestoreObjects(Protocol):
    """What restores read and create in one cluster."""

    def restore_target(self, namespace: str, claim: str, region: str) -> TargetFacts:
        """The target of a restore as the cluster describes it; `region` is passed through."""

    def storage_classes(self) -> Mapping[str, ClassFacts]:
        """The storage classes by name. Raises PermanentError when listing them is not allowed."""

    def import_snapshot(self, restore: RestoreOperation) -> None:
        """Create the content (Retain) and VolumeSnapshot that bring an EBS snapshot into a namespace.

        Existing ones that name this restore are success; others with the name raise NameTaken.
        """

    def create_restored_claim(self, restore: RestoreOperation) -> None:
        """Create the claim of a restore; one that names it is success, another one raises NameTaken."""

    def restored_claim(self, restore: RestoreOperation) -> RestoredClaim | None:
        """The current claim with the restore's target name, whoever created it; None if there is none."""

    def remove_imported_snapshot(self, restore: RestoreOperation) -> None:
        """Delete the objects of `import_snapshot` that name this restore; those already gone are success.

        Raises PermanentError when the deletion would delete the EBS snapshot.
        """

    def remove_restored_claim(self, restore: RestoreOperation) -> None:
        """Delete the claim if it names this restore and has no volume yet."""


class Cluster(Claims, SnapshotObjects, RestoreObjects, Protocol):
    """One Kubernetes cluster."""


class Clusters(Protocol):
    """The clusters of the deployment."""

    def open(self, name: str) -> Cluster:
        """The cluster of that name; raises ClusterUnreachable when it cannot be described."""


@dataclass(frozen=True, slots=True)
class Evicted:
    """The result of an eviction. `gone`: the pod no longer existed. `blocked_by`: the text of a blocking
    budget."""

    gone: bool = False
    blocked_by: str = ""


class Nodes(Protocol):
    """The nodes of one cluster and what is on them."""

    def find(self, instance: str, hint: str = "") -> Node | None:
        """The node whose providerID names the instance; one call when its name is `hint`."""

    def named(self, name: str) -> Node | None:
        """The node of that name, whatever its instance."""

    def write(self, node: Node, change: NodeChange) -> bool:
        """Change a node; False when somebody changed it since it was read. Raises NotFound."""

    def record_event(self, event: NodeEvent) -> None:
        """Write a Kubernetes Event."""

    def pods(self, node: str) -> Sequence[Pod]:
        """The pods bound to the node of that name."""

    def claims_of(self, pods: Sequence[Pod]) -> Sequence[Claim]:
        """The claims these pods use, with their volumes; deleted ones are omitted."""

    def claims_behind(self, volumes: Sequence[str]) -> Sequence[Claim]:
        """The claims bound to these PersistentVolumes; volumes that are gone or free are omitted."""

    def evict(self, pod: Pod, grace_seconds: int) -> Evicted:
        """Request the eviction of this very pod; a newer one with the same name is not evicted."""

    def delete_now(self, pod: Pod, grace_seconds: int = 0) -> None:
        """Delete this pod regardless of disruption budgets; one that is gone is success.

        Without a grace period it is removed without waiting for a kubelet: only for pods whose node is gone.
        """

    def attachments(self) -> Sequence[Attachment]:
        """All attachments of the EBS CSI driver."""

    def volume_ids(self, volumes: Sequence[str]) -> Mapping[str, str]:
        """EC2 volume id by the name of the PersistentVolume; deleted ones are omitted."""

    def delete_attachment(self, attachment: Attachment) -> None:
        """Delete an attachment; one that is gone is success."""


class NodeClusters(Protocol):
    """The clusters of the deployment, for their nodes."""

    def open(self, name: str) -> Nodes:
        """The nodes of the cluster of that name; raises what `Clusters.open` raises."""
