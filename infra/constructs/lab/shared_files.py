"""The lab's EFS file system, and two pods that share it through a static volume."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_efs as efs
from aws_cdk import aws_eks_v2 as eks
from constructs import Construct

from infra.constructs.lab.manifests import apply


class SharedFiles(Construct):
    """The file system (`file_system`), encrypted, reachable only from nodes. It is deleted with the lab."""

    def __init__(self, scope: Construct, id: str, *, cluster: eks.ICluster) -> None:
        super().__init__(scope, id)
        self.file_system = efs.FileSystem(
            self,
            "FileSystem",
            vpc=cluster.vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
            encrypted=True,
            throughput_mode=efs.ThroughputMode.ELASTIC,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.file_system.connections.allow_default_port_from(
            cluster.cluster_security_group, "NFS from the nodes"
        )

    def mount(self, cluster: eks.ICluster) -> eks.KubernetesManifest:
        """The volume, its claim and the two pods, created once the file system can be mounted in every
        zone."""
        pods = apply(self, "shared-files", cluster=cluster, file_system=self.file_system.file_system_id)
        pods.node.add_dependency(self.file_system.mount_targets_available)
        return pods
