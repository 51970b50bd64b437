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
    from snapkeep.domain.restore.targets import TargetFacts
    from snapkeep.domain.retention.deletion.deletions import Leftover, SnapshotContent, Withdrawn
    from snapkeep.domain.retention.deletion.orphans import ListedSnapshot


@dataclass(frozen=True, slots=True)
class SnapshotSupport:
    """Whether a cluster can take VolumeSnapshots of ours now, and if not, why.

    `installed` is False where nobody installed what every VolumeSnapshot needs.
    """

    available: bool
    reason: str = ""
    installed: bool = True


@dataclass(frozen=True, slots=True)
class VolumeSnapshot:
    """What a VolumeSnapshot's status says. `snapshot_id` is empty until the content is bound and handled.

    `restore_size_bytes` is the larger of its restoreSize and its content's, 0 when neither says; `driver`
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


class Cluster(Protocol):
    """One Kubernetes cluster."""

    def claims(self) -> Iterator[Claim]:
        """All claims with their volumes, listed in pages."""

    def claim_uids(self) -> Iterator[str]:
        """The UIDs of all claims, listed in pages: what is missing of a complete listing is gone."""

    def scratch_volumes(self) -> Iterator[ScratchVolume]:
        """All emptyDir and hostPath volumes of running pods, listed in pages."""

    def snapshot_support(self, driver: str) -> SnapshotSupport:
        """Whether the snapshot CRDs and our VolumeSnapshotClass for the driver of that name are there."""

    def create_volume_snapshot(self, point: Point) -> str:
        """Create the VolumeSnapshot of the point; returns its UID.

        One that exists is success when it carries the point's nonce and run and is of its claim and class;
        another one raises NameTaken.
        """

    def volume_snapshot(self, namespace: str, name: str) -> VolumeSnapshot | None:
        """The VolumeSnapshot's status, or None when there is none of that name."""

    def delete_volume_snapshot(self, namespace: str, name: str, uid: str = "") -> None:
        """Delete a VolumeSnapshot; one that is gone already, or has another UID now, is success.

        Raises PermanentError when its content would take the EBS snapshot along, and TemporaryError when the
        content cannot be read.
        """

    def withdraw_volume_snapshot(self, point: Point, useless: str = "") -> Withdrawn:
        """Ask for the deletion of the point's own VolumeSnapshot and its content, and tell what is left.

        Where the content names another snapshot than the `useless` one nothing is deleted. Raises
        PermanentError for a content that would take its snapshot along, or when the cluster refuses.
        """

    def volume_snapshot_left(self, namespace: str, name: str) -> Leftover | None:
        """What is left of a VolumeSnapshot whose deletion was asked for; None once it is gone."""

    def listed_snapshots(self) -> Iterator[ListedSnapshot]:
        """All VolumeSnapshots of ours, listed in pages."""

    def snapshot_contents(self) -> Iterator[SnapshotContent]:
        """All VolumeSnapshotContents, also those that name no snapshot yet, listed in pages."""

    def delete_snapshot_content(self, name: str, uid: str = "") -> None:
        """Delete a VolumeSnapshotContent; one that is gone already, or has another UID now, is success.

        Raises PermanentError when it would take the EBS snapshot along.
        """

    def snapshot_content_left(self, name: str) -> Leftover | None:
        """What is left of a VolumeSnapshotContent whose deletion was asked for; None once it is gone."""

    def restore_target(self, namespace: str, claim: str, region: str) -> TargetFacts:
        """What the cluster says of the place a claim is to be restored to; `region` is passed on."""

    def import_snapshot(self, restore: RestoreOperation) -> None:
        """Create the content (Retain) and VolumeSnapshot that bring an EBS snapshot into a namespace.

        Those that name this restore are success; others of the name raise NameTaken.
        """

    def create_restored_claim(self, restore: RestoreOperation) -> None:
        """Create the claim of a restore; one that names it is success, another one raises NameTaken."""

    def restored_claim(self, restore: RestoreOperation) -> RestoredClaim | None:
        """The claim under the restore's target name as it is now, whoever made it; None without one."""

    def remove_imported_snapshot(self, restore: RestoreOperation) -> None:
        """Delete what `import_snapshot` made, if it names this restore; what is gone is success.

        Raises PermanentError when a content would take the EBS snapshot along.
        """

    def remove_restored_claim(self, restore: RestoreOperation) -> None:
        """Delete the claim of a restore if it names it and no volume was made for it yet."""


class Clusters(Protocol):
    """The clusters of the deployment."""

    def open(self, name: str) -> Cluster:
        """The cluster of that name; raises ClusterUnreachable when it cannot be described."""


@dataclass(frozen=True, slots=True)
class Evicted:
    """How an eviction ended. `gone`: there was nothing to evict. `blocked_by`: what a budget said, if any."""

    gone: bool = False
    blocked_by: str = ""


class Nodes(Protocol):
    """The nodes of one cluster and what is on them."""

    def find(self, instance: str, hint: str = "") -> Node | None:
        """The node whose providerID names the instance; one call when it is called `hint`."""

    def named(self, name: str) -> Node | None:
        """The node of that name, whichever instance it is."""

    def write(self, node: Node, change: NodeChange) -> bool:
        """Change a node; False when somebody changed it since it was read. Raises NotFound."""

    def record_event(self, event: NodeEvent) -> None:
        """Write a Kubernetes Event."""

    def pods(self, node: str) -> Sequence[Pod]:
        """The pods bound to the node of that name."""

    def claims_of(self, pods: Sequence[Pod]) -> Sequence[Claim]:
        """The claims these pods use, with their volumes; those that are gone are left out."""

    def claims_behind(self, volumes: Sequence[str]) -> Sequence[Claim]:
        """The claims bound to these PersistentVolumes; those that are gone or free are left out."""

    def evict(self, pod: Pod, grace_seconds: int) -> Evicted:
        """Ask for the pod's eviction, and of this pod only: one of the same name made since is left."""

    def delete_now(self, pod: Pod, grace_seconds: int = 0) -> None:
        """Delete this pod whatever budgets say; one that is gone is success.

        Without a grace it is removed without waiting for a kubelet: for pods whose node is gone only.
        """

    def attachments(self) -> Sequence[Attachment]:
        """All attachments of the EBS CSI driver."""

    def volume_ids(self, volumes: Sequence[str]) -> Mapping[str, str]:
        """EC2 volume id by the name of the PersistentVolume; those that are gone are left out."""

    def delete_attachment(self, attachment: Attachment) -> None:
        """Delete an attachment; one that is gone is success."""


class NodeClusters(Protocol):
    """The clusters of the deployment, as far as nodes go."""

    def open(self, name: str) -> Nodes:
        """The nodes of the cluster of that name; raises what `Clusters.open` raises."""
