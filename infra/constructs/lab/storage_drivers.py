"""The drivers behind claims: EBS, its snapshots, and EFS."""

from __future__ import annotations

from aws_cdk import aws_eks_v2 as eks
from constructs import Construct

from infra.constructs.lab.addon import addon, pod_role

NAMESPACE = "kube-system"
EBS_CONTROLLER = "ebs-csi-controller-sa"
EFS_CONTROLLER = "efs-csi-controller-sa"

EBS_POLICY = "service-role/AmazonEBSCSIDriverPolicyV2"
"""The strict policy: volumes only from snapshots with the cluster's tag, which all of Snapkeep's have.
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEBSCSIDriverPolicyV2.html
"""
EFS_POLICY = "service-role/AmazonEFSCSIDriverPolicy"
"""https://docs.aws.amazon.com/eks/latest/userguide/efs-csi.html"""


class StorageDrivers(Construct):
    """The add-ons aws-ebs-csi-driver, aws-efs-csi-driver and snapshot-controller, which brings the CRDs."""

    def __init__(self, scope: Construct, id: str, *, cluster: eks.ICluster) -> None:
        super().__init__(scope, id)
        snapshots = addon(self, "snapshot-controller", cluster=cluster)
        controllers = {
            "aws-ebs-csi-driver": (EBS_CONTROLLER, EBS_POLICY),
            "aws-efs-csi-driver": (EFS_CONTROLLER, EFS_POLICY),
        }
        for name, (account, policy) in controllers.items():
            role = pod_role(
                self,
                f"{name}-role",
                cluster=cluster,
                namespace=NAMESPACE,
                service_account=account,
                managed_policy=policy,
            )
            driver = addon(self, name, cluster=cluster, roles={account: role})
            # The EBS driver starts its snapshotter only if it finds the CRDs.
            driver.node.add_dependency(snapshots)
