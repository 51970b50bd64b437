"""The lab's network: three public subnets in three zones, nothing that costs by itself."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

NETWORK = "192.168.0.0/16"
SUBNET_BITS = 20
"""4,096 addresses per subnet: nodes take theirs in blocks of 16, and a whole block must be free.
https://docs.aws.amazon.com/eks/latest/userguide/cni-increase-ip-addresses.html
"""


class Network(Construct):
    """The VPC (`vpc`). Nodes have public addresses, so no NAT gateway is needed; nothing allows inbound
    traffic."""

    def __init__(self, scope: Construct, id: str, *, zones: Sequence[str]) -> None:
        super().__init__(scope, id)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(NETWORK),
            availability_zones=list(zones),
            nat_gateways=0,
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="Public", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=SUBNET_BITS
                )
            ],
        )
