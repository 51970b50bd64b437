"""Access entries: they put each function's role into its own Kubernetes group, in every cluster."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_eks as eks
from constructs import Construct

from infra.constructs.python_function import PythonFunction
from snapkeep_cli.config.cluster_access import group_name


class ClusterAccess(Construct):
    """Type STANDARD with one of our groups and no access policy; `snapkeep manifests` binds the group.

    A function depends on the entries of its role: if an update gives it another role, that role has access
    before the function uses it, and CloudFormation removes the old entries last.

    The L1, because CDK's AccessEntry has no groups. The cluster's authentication mode must be API or
    API_AND_CONFIG_MAP: https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
    """

    def __init__(
        self, scope: Construct, id: str, *, clusters: Sequence[str], functions: Sequence[PythonFunction]
    ) -> None:
        super().__init__(scope, id)
        for cluster in clusters:
            for function in functions:
                entry = eks.CfnAccessEntry(
                    self,
                    f"{cluster}-{function.name}",
                    cluster_name=cluster,
                    principal_arn=function.role.role_arn,
                    kubernetes_groups=[group_name(function.name)],
                    type="STANDARD",
                )
                function.function.node.add_dependency(entry)
