"""A pod that writes the time to a volume: its last line shows whether a backup is good."""

from __future__ import annotations

from aws_cdk import aws_eks_v2 as eks
from constructs import Construct

from infra.constructs.lab.manifests import apply


class Writer(Construct):
    """Claim ebs-claim (4Gi) and pod app, in namespace default."""

    def __init__(self, scope: Construct, id: str, *, cluster: eks.ICluster) -> None:
        super().__init__(scope, id)
        apply(self, "writer", cluster=cluster)
