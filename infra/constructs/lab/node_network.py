"""What a node needs before it can be ready: addresses for its pods, service routing, Pod Identity."""

from __future__ import annotations

from aws_cdk import aws_eks_v2 as eks
from constructs import Construct

from infra.constructs.lab.addon import addon

PREFIXES = {"env": {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"}}
"""Addresses in blocks of 16: otherwise a c5.large has addresses for 29 pods, whatever maxPods says.
https://docs.aws.amazon.com/eks/latest/userguide/cni-increase-ip-addresses.html
"""


class NodeNetwork(Construct):
    """The add-ons vpc-cni, kube-proxy and eks-pod-identity-agent; they are active without a node."""

    def __init__(self, scope: Construct, id: str, *, cluster: eks.ICluster) -> None:
        super().__init__(scope, id)
        addon(self, "vpc-cni", cluster=cluster, configuration=PREFIXES)
        addon(self, "kube-proxy", cluster=cluster)
        addon(self, "eks-pod-identity-agent", cluster=cluster)
