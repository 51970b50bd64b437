"""The EBS drivers that a sandbox cluster may have: the open-source one and that of EKS Auto Mode.

They share their code but differ in name, in the tags they write and in what their IAM policies refuse.
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEKSBlockStoragePolicyV2.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from sandbox.driver.ec2 import DRIVER, Ec2Error, Ec2Snapshot

AUTO_DRIVER = "ebs.csi.eks.amazonaws.com"
CLUSTER_TAG = "eks:eks-cluster-name"
IN_TREE = "kubernetes.io/aws-ebs"

ALLOWED_SNAPSHOT_TAGS = (
    CLUSTER_TAG,
    "CSIVolumeSnapshotName",
    f"{AUTO_DRIVER}/cluster",
    "kubernetes.io/cluster/*",
    "Name",
)
"""The tags that Auto Mode's CreateSnapshot may set; both versions of its policy say so."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One driver: its name, and the tag key that marks what it creates."""

    name: str

    @property
    def mark(self) -> str:
        """The key of the tag that says `true` on everything the driver creates."""
        return f"{self.name}/cluster"

    def tags(self, cluster_name: str, object_name: str) -> dict[str, str]:
        """The driver's own tags. The open-source one gets its cluster from `--k8s-tag-cluster-id`, which the
        EKS add-on sets; Auto Mode always does."""
        marked = {self.mark: "true"}
        if not cluster_name:
            return marked
        named = {CLUSTER_TAG: cluster_name} if self.is_auto else {f"{self.name}/cluster-name": cluster_name}
        return {
            **marked,
            **named,
            f"kubernetes.io/cluster/{cluster_name}": "owned",
            "Name": f"{cluster_name}-dynamic-{object_name}",
        }

    @property
    def is_auto(self) -> bool:
        """Whether this is the EKS Auto Mode driver."""
        return self.name == AUTO_DRIVER

    def check_snapshot_tags(self, tags: Iterable[str]) -> None:
        """Raise the Ec2Error for a CreateSnapshot that sets tags the policy does not name."""
        if not self.is_auto:
            return
        refused = [
            key for key in tags if not any(fnmatchcase(key, allowed) for allowed in ALLOWED_SNAPSHOT_TAGS)
        ]
        if refused:
            raise _denied("CreateSnapshot", "arn:aws:ec2:*::snapshot/*")

    def check_restore(self, snapshot: Ec2Snapshot, policy: str, cluster_name: str) -> None:
        """Raise the Ec2Error for a driver whose policy forbids creating a volume from this snapshot."""
        tags = snapshot.tags
        if policy == SCOPED_BLOCK_STORAGE:
            allowed = tags.get(CLUSTER_TAG) == cluster_name
        elif policy == SCOPED_SNAPSHOTS:
            allowed = tags.get(f"{self.name}/cluster-name") == cluster_name
        else:
            allowed = policy != TAGGED_SNAPSHOTS or tags.get(self.mark) == "true"
        if not allowed:
            raise _denied("CreateVolume", snapshot.id)


ANY_SNAPSHOT = "AmazonEBSCSIDriverPolicy"
TAGGED_SNAPSHOTS = "AmazonEBSCSIDriverPolicyV2"
SCOPED_SNAPSHOTS = "AmazonEBSCSIDriverEKSClusterScopedPolicy"
"""The open-source driver's policies: volumes from any snapshot, only from those with its mark, or only from
those that name the cluster.
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEBSCSIDriverPolicyV2.html
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEBSCSIDriverEKSClusterScopedPolicy.html
"""

DRIVER_POLICIES = (ANY_SNAPSHOT, TAGGED_SNAPSHOTS, SCOPED_SNAPSHOTS)

BLOCK_STORAGE = "AmazonEKSBlockStoragePolicy"
SCOPED_BLOCK_STORAGE = "AmazonEKSBlockStoragePolicyV2"
"""Auto Mode's role policies: volumes from any snapshot, or only from those that name the cluster."""

OPEN = Profile(DRIVER)
AUTO = Profile(AUTO_DRIVER)
PROFILES: Mapping[str, Profile] = {DRIVER: OPEN, AUTO_DRIVER: AUTO, IN_TREE: OPEN}
"""By provisioner; the open-source driver serves the in-tree plugin's volumes (CSI migration)."""


def profile_of_volume(volume: dict[str, Any]) -> Profile:
    """The driver that serves a PersistentVolume."""
    return PROFILES.get(volume["spec"].get("csi", {}).get("driver", ""), OPEN)


def _denied(action: str, resource: str) -> Ec2Error:
    text = (
        "You are not authorized to perform this operation. The driver's role is not authorized to "
        f"perform: ec2:{action} on resource: {resource} because no identity-based policy allows "
        f"the ec2:{action} action."
    )
    return Ec2Error(action, "UnauthorizedOperation", text, 403, request_id="sandbox")
