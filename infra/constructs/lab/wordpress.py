"""WordPress and its MySQL on spot nodes, each with a claim of 20Gi."""

from __future__ import annotations

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.constructs.lab.addon import pod_role
from infra.constructs.lab.manifests import apply

NAMESPACE = "wordpress"
SERVICE_ACCOUNT = "wordpress"


class WordPress(Construct):
    """Secrets Manager generates the password (`password`), and the pods fetch it.

    Not a Kubernetes Secret: the database on a restored volume still needs the password it was created with,
    and a Secret would be deleted with its namespace. No template ever contains it.
    """

    def __init__(self, scope: Construct, id: str, *, cluster: eks.ICluster) -> None:
        super().__init__(scope, id)
        self.password = secretsmanager.Secret(
            self,
            "Password",
            description="The root password of the lab's MySQL",
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=32, exclude_punctuation=True
            ),
            removal_policy=RemovalPolicy.DESTROY,
        )
        role = pod_role(self, "Role", cluster=cluster, namespace=NAMESPACE, service_account=SERVICE_ACCOUNT)
        self.password.grant_read(role)
        identity = eks.CfnPodIdentityAssociation(
            self,
            "Identity",
            cluster_name=cluster.cluster_name,
            namespace=NAMESPACE,
            service_account=SERVICE_ACCOUNT,
            role_arn=role.role_arn,
        )
        pods = apply(
            self,
            "wordpress",
            cluster=cluster,
            secret=self.password.secret_arn,
            region=Stack.of(self).region,
        )
        pods.node.add_dependency(identity, role)
