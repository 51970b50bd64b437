"""Names inside the cluster."""

from __future__ import annotations

from aws_cdk import aws_eks_v2 as eks
from constructs import Construct

from infra.constructs.lab.addon import addon


class ClusterDns(Construct):
    """The add-on coredns. Without nodes for its pods the add-on never becomes active."""

    def __init__(self, scope: Construct, id: str, *, cluster: eks.ICluster) -> None:
        super().__init__(scope, id)
        addon(self, "coredns", cluster=cluster)
