"""Which deployment serves a cluster: one parameter for each, whose name only one stack can have."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_ssm as ssm
from constructs import Construct

from snapkeep_cli.config.cluster_access import serving_parameter


class ServedClusters(Construct):
    """CloudFormation refuses a stack whose parameter already exists, so only one deployment serves a cluster.

    Two deployments on one cluster would back up every claim twice, and share its VolumeSnapshotClass and
    groups. The value names the deployment, for the user who is refused and for `snapkeep doctor`. Standard
    parameters cost nothing.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html
    """

    def __init__(self, scope: Construct, id: str, *, deployment: str, clusters: Sequence[str]) -> None:
        super().__init__(scope, id)
        for cluster in clusters:
            ssm.CfnParameter(
                self,
                cluster,
                name=serving_parameter(cluster),
                type="String",
                value=deployment,
                description=f"The Snapkeep deployment that serves the cluster {cluster}; only one can.",
            )
