"""The lab's node groups: on-demand, Graviton, spot, instance store, and one with a volume for containerd."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.constructs.lab.user_data import user_data

ROOT_GIB = 30
NODE_POLICIES = (
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
    "AmazonEC2ContainerRegistryPullOnly",
    # A shell on a node without SSH: aws ssm start-session.
    "AmazonSSMManagedInstanceCore",
)


@dataclass(frozen=True, kw_only=True)
class NodeGroup:
    """One managed node group; `volume` is a second EBS volume, `script` one of `bootstrap/`."""

    name: str
    types: tuple[str, ...]
    nodes: int = 1
    most: int = 1
    spot: bool = False
    image: eks.NodegroupAmiType = eks.NodegroupAmiType.AL2023_X86_64_STANDARD
    labels: Mapping[str, str] = field(default_factory=dict)
    script: str | None = None
    volume: ec2.BlockDeviceVolume | None = None


def _volume(gib: int, *, iops: int | None = None, throughput: int | None = None) -> ec2.BlockDeviceVolume:
    return ec2.BlockDeviceVolume.ebs(
        gib,
        volume_type=ec2.EbsDeviceVolumeType.GP3,
        encrypted=True,
        iops=iops,
        throughput=throughput,
    )


GROUPS = (
    NodeGroup(name="on-demand", types=("m5.large",), nodes=3, most=3),
    NodeGroup(
        name="graviton",
        types=("t4g.medium",),
        image=eks.NodegroupAmiType.AL2023_ARM_64_STANDARD,
        labels={"family": "graviton"},
    ),
    NodeGroup(name="spot", types=("c5.large", "c5d.large", "c5a.large"), nodes=2, most=3, spot=True),
    NodeGroup(
        name="instance-store",
        types=("c5d.large",),
        labels={"disk": "nvme"},
        script="instance-store.sh",
    ),
    NodeGroup(
        name="containerd",
        types=("c5.large",),
        script="containerd-volume.sh",
        volume=_volume(50, iops=6000, throughput=500),
    ),
)
"""`eks.amazonaws.com/nodegroup` and `eks.amazonaws.com/capacityType` are labels that EKS sets by itself."""


class NodeGroups(Construct):
    """All of GROUPS, with one role. Only the node reaches instance metadata: pods are one hop too far
    away."""

    def __init__(self, scope: Construct, id: str, *, cluster: eks.ICluster) -> None:
        super().__init__(scope, id)
        self._cluster = cluster
        self._role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(name) for name in NODE_POLICIES],
        )
        for group in GROUPS:
            self._add(group)

    def _add(self, group: NodeGroup) -> None:
        template = self._launch_template(group)
        eks.Nodegroup(
            self,
            group.name,
            cluster=self._cluster,
            nodegroup_name=group.name,
            node_role=self._role,
            subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
            ami_type=group.image,
            instance_types=[ec2.InstanceType(each) for each in group.types],
            capacity_type=eks.CapacityType.SPOT if group.spot else eks.CapacityType.ON_DEMAND,
            min_size=group.nodes,
            desired_size=group.nodes,
            max_size=group.most,
            labels=dict(group.labels) or None,
            launch_template_spec=eks.LaunchTemplateSpec(
                id=str(template.launch_template_id), version=template.latest_version_number
            ),
        )

    def _launch_template(self, group: NodeGroup) -> ec2.LaunchTemplate:
        devices = [ec2.BlockDevice(device_name="/dev/xvda", volume=_volume(ROOT_GIB))]
        if group.volume:
            devices.append(ec2.BlockDevice(device_name="/dev/xvdb", volume=group.volume))
        return ec2.LaunchTemplate(
            self,
            f"{group.name}-template",
            block_devices=devices,
            user_data=user_data(group.script),
            http_tokens=ec2.LaunchTemplateHttpTokens.REQUIRED,
            http_put_response_hop_limit=1,
        )
