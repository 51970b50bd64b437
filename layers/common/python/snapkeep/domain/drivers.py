"""The CSI drivers whose volumes are EBS volumes, and what sets them apart. Everything else asks here.

EKS Auto Mode brings a driver of its own; a cluster may have either, or both. A claim of one driver cannot be
mounted by the other, but a snapshot is EC2's: each can make a new volume from it where its IAM policy allows.
https://docs.aws.amazon.com/eks/latest/userguide/migrate-auto.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Driver:
    """A CSI driver: `name` is also the provisioner of its StorageClasses and the attacher of its volumes.

    It marks what it makes with `mark` = `true` and `cluster_key` = the cluster's name. It makes volumes only
    from snapshots that carry `restore_key`. `class_suffix` ends the name of our VolumeSnapshotClass for it;
    `class_tags` says whether that class may ask for tags of ours.
    """

    name: str
    mark: str
    cluster_key: str
    restore_key: str
    class_suffix: str = ""
    class_tags: bool = True

    def tags(self, cluster: str) -> dict[str, str]:
        """The tags with which snapshots are restorable in that cluster under every policy of the driver."""
        return {self.mark: "true", self.cluster_key: cluster}

    def lacks(self, present: Mapping[str, str], cluster: str) -> dict[str, str]:
        """What a snapshot with these tags lacks for the driver of that cluster to make a volume from it."""
        needed = {self.restore_key: self.tags(cluster)[self.restore_key]}
        return {key: value for key, value in needed.items() if present.get(key) != value}


EBS_CSI = Driver(
    name="ebs.csi.aws.com",
    mark="ebs.csi.aws.com/cluster",
    cluster_key="ebs.csi.aws.com/cluster-name",
    restore_key="ebs.csi.aws.com/cluster",
)
"""The open driver, which also serves what the in-tree plugin made.
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEBSCSIDriverPolicyV2.html
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEBSCSIDriverEKSClusterScopedPolicy.html
"""

AUTO_MODE = Driver(
    name="ebs.csi.eks.amazonaws.com",
    mark="ebs.csi.eks.amazonaws.com/cluster",
    cluster_key="eks:eks-cluster-name",
    restore_key="eks:eks-cluster-name",
    class_suffix="-auto",
    class_tags=False,
)
"""The driver of EKS Auto Mode. The policy of its role refuses a CreateSnapshot that sets other tags than its
own, and a CreateVolume from a snapshot that does not name the cluster.
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEKSBlockStoragePolicyV2.html
"""

DRIVERS: Mapping[str, Driver] = MappingProxyType({driver.name: driver for driver in (EBS_CSI, AUTO_MODE)})
"""By name."""

IN_TREE = "kubernetes.io/aws-ebs"
"""The in-tree plugin, whose volumes are EBS volumes without a CSI driver.
https://kubernetes.io/docs/concepts/storage/volumes/#csi-migration
"""

NAMED_SNAPSHOT = "CSIVolumeSnapshotName"
"""The tag that both drivers put on what they cut: `snapshot-` and the UID of the VolumeSnapshot.
https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/tagging.md
"""


def snapshot_mark(volume_snapshot_uid: str) -> str:
    """The value of `NAMED_SNAPSHOT` on what is cut for the VolumeSnapshot of that UID."""
    return f"snapshot-{volume_snapshot_uid}"


def restoring_driver(name: str) -> Driver:
    """The driver of that name; the open one for the in-tree plugin, whose volumes come back through it."""
    return DRIVERS.get(name, EBS_CSI)
