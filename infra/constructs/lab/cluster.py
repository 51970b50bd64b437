"""The lab's EKS cluster, and who may administer it."""

from __future__ import annotations

from typing import cast

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk.lambda_layer_kubectl_v36 import KubectlV36Layer
from constructs import Construct

VERSION = eks.KubernetesVersion.V1_36
NATIVE_OIDC_PROVIDER = "@aws-cdk/aws-eks:useNativeOidcProvider"
"""CDK's feature flag for CloudFormation's own identity provider instead of a deprecated custom resource."""


class LabCluster(Construct):
    """The cluster (`cluster`): access entries only, without add-ons or nodes.

    CDK's function applies its manifests and charts with AWS's kubectl layer. Deploying makes nobody an
    administrator; only `admin` is one.
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, vpc: ec2.IVpc, admin: str | None = None
    ) -> None:
        super().__init__(scope, id)
        self.node.set_context(NATIVE_OIDC_PROVIDER, True)
        cluster = eks.Cluster(
            self,
            "Cluster",
            cluster_name=name,
            version=VERSION,
            vpc=vpc,
            vpc_subnets=[ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC)],
            default_capacity_type=eks.DefaultCapacityType.NODEGROUP,
            default_capacity=0,
            bootstrap_self_managed_addons=False,
            bootstrap_cluster_creator_admin_permissions=False,
            kubectl_provider_options=eks.KubectlProviderOptions(
                kubectl_layer=KubectlV36Layer(self, "Kubectl")
            ),
        )
        # CDK's class satisfies the protocol, except for an optional member missing from its Python types.
        self.cluster = cast(eks.ICluster, cluster)
        if admin:
            cluster.grant_cluster_admin("Admin", admin)
