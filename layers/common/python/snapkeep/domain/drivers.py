"""The CSI drivers for EBS volumes, and how they differ. No other code knows the differences.

EKS Auto Mode has its own driver; a cluster may run either driver or both. One driver cannot mount the other's
claims, but snapshots belong to EC2: either driver can create a volume from one if its IAM policy allows.
https://docs.aws.amazon.com/eks/latest/userguide/migrate-auto.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Driver:
    """A CSI driver: `name` is also the provisioner of its StorageClasses and the attacher of its volumes.

    It tags what it creates with `mark` = `true` and `cluster_key` = the cluster's name. It creates volumes
    only from snapshots that carry `restore_key`. `class_suffix` ends the name of our VolumeSnapshotClass for
    it; `class_tags` says whether that class may request our tags.
    """

    name: str
    mark: str
    cluster_key: str
    restore_key: str
    class_suffix: str = ""
    class_tags: bool = True

    def tags(self, cluster: str) -> dict[str, str]:
        """The tags that make a snapshot restorable in that cluster under every IAM policy of the driver."""
        return {self.mark: "true", self.cluster_key: cluster}

    def lacks(self, present: Mapping[str, str], cluster: str) -> dict[str, str]:
        """The tags a snapshot still needs before the driver of that cluster can create a volume from it."""
        needed = {self.restore_key: self.tags(cluster)[self.restore_key]}
        return {key: value for key, value in needed.items() if present.get(key) != value}


EBS_CSI = Driver(
    name="ebs.csi.aws.com",
    mark="ebs.csi.aws.com/cluster",
    cluster_key="ebs.csi.aws.com/cluster-name",
    restore_key="ebs.csi.aws.com/cluster",
)
"""The open-source driver, which also serves volumes of the in-tree plugin.
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
"""The driver of EKS Auto Mode. Its role's policy refuses a CreateSnapshot that sets any tags but the
driver's, and a CreateVolume from a snapshot that does not name the cluster.
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEKSBlockStoragePolicyV2.html
"""

DRIVERS: Mapping[str, Driver] = MappingProxyType({driver.name: driver for driver in (EBS_CSI, AUTO_MODE)})
"""By name."""

IN_TREE = "kubernetes.io/aws-ebs"
"""The in-tree plugin, whose volumes are EBS volumes without a CSI driver.
https://kubernetes.io/docs/concepts/storage/volumes/#csi-migration
"""

NAMED_SNAPSHOT = "CSIVolumeSnapshotName"
"""The tag that both drivers put on snapshots: `snapshot-` and the UID of the VolumeSnapshot.
https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/tagging.md
"""


def snapshot_mark(volume_snapshot_uid: str) -> str:
    """The value of `NAMED_SNAPSHOT` on the snapshot taken for the VolumeSnapshot with that UID."""
    return f"snapshot-{volume_snapshot_uid}"


def restoring_driver(name: str) -> Driver:
    """The driver of that name; the open-source driver for any other, as it restores volumes of the in-tree
    plugin."""
    return DRIVERS.get(name, EBS_CSI)
