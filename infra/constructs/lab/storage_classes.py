"""The classes for the lab's claims and snapshots."""

from __future__ import annotations

from aws_cdk import aws_efs as efs
from aws_cdk import aws_eks_v2 as eks
from constructs import Construct

from infra.constructs.lab.manifests import apply


class StorageClasses(Construct):
    """StorageClasses gp3 (the default) and efs-sc, and VolumeSnapshotClass csi-aws-vsc for manual snapshots.

    Snapkeep brings its own VolumeSnapshotClass: `snapkeep manifests` prints it.
    """

    def __init__(self, scope: Construct, id: str, *, cluster: eks.ICluster, files: efs.IFileSystem) -> None:
        super().__init__(scope, id)
        apply(self, "storage-classes", cluster=cluster, file_system=files.file_system_id)
