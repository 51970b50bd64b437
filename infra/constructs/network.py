"""The network of functions that talk to clusters with a private endpoint, and the rules that let them in."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from snapkeep_cli.config.stack_options import Vpc

HTTPS = 443
ANYWHERE = "0.0.0.0/0"


class Network(Construct):
    """Our security group (`security_group`) in your subnets (`subnets`).

    Nobody can reach a function; it may only call HTTPS: the AWS APIs and the clusters' endpoints.
    https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
    """

    def __init__(self, scope: Construct, id: str, *, vpc: Vpc) -> None:
        super().__init__(scope, id)
        self.subnets: Sequence[str] = tuple(vpc.subnets)
        group = ec2.CfnSecurityGroup(
            self,
            "Functions",
            group_description="Snapkeep: functions that talk to EKS clusters",
            vpc_id=vpc.id,
            security_group_egress=[
                ec2.CfnSecurityGroup.EgressProperty(
                    ip_protocol="tcp",
                    from_port=HTTPS,
                    to_port=HTTPS,
                    cidr_ip=ANYWHERE,
                    description="AWS APIs and EKS endpoints",
                )
            ],
        )
        self.security_group = group.attr_group_id
        for cluster, endpoint in sorted(vpc.cluster_security_groups.items()):
            ec2.CfnSecurityGroupIngress(
                self,
                f"To-{cluster}",
                group_id=endpoint,
                source_security_group_id=self.security_group,
                ip_protocol="tcp",
                from_port=HTTPS,
                to_port=HTTPS,
                description=f"Snapkeep's functions to the API of {cluster}",
            )
