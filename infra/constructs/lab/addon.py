"""An EKS add-on, and the role its pods get through EKS Pod Identity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from constructs import Construct


def addon(
    scope: Construct,
    name: str,
    *,
    cluster: eks.ICluster,
    roles: Mapping[str, iam.IRole] | None = None,
    configuration: Mapping[str, Any] | None = None,
) -> eks.CfnAddon:
    """The add-on in the version that EKS recommends for the cluster; `roles` by service account.

    The L1, because CDK's Addon has no Pod Identity associations:
    https://docs.aws.amazon.com/eks/latest/userguide/update-addon-role.html
    """
    return eks.CfnAddon(
        scope,
        name,
        addon_name=name,
        cluster_name=cluster.cluster_name,
        resolve_conflicts="OVERWRITE",
        configuration_values=Stack.of(scope).to_json_string(configuration) if configuration else None,
        pod_identity_associations=[
            eks.CfnAddon.PodIdentityAssociationProperty(service_account=account, role_arn=role.role_arn)
            for account, role in (roles or {}).items()
        ]
        or None,
    )


def pod_role(
    scope: Construct,
    id: str,
    *,
    cluster: eks.ICluster,
    namespace: str,
    service_account: str,
    managed_policy: str | None = None,
) -> iam.Role:
    """A role only for the pods of one service account in this cluster.

    The conditions read the tags that EKS puts on the session:
    https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
    """
    pods = iam.ServicePrincipal(
        "pods.eks.amazonaws.com",
        conditions={
            "StringEquals": {
                "aws:SourceAccount": Stack.of(scope).account,
                "aws:RequestTag/eks-cluster-name": cluster.cluster_name,
                "aws:RequestTag/kubernetes-namespace": namespace,
                "aws:RequestTag/kubernetes-service-account": service_account,
            }
        },
    )
    policies = [iam.ManagedPolicy.from_aws_managed_policy_name(managed_policy)] if managed_policy else None
    return iam.Role(scope, id, assumed_by=pods.with_session_tags(), managed_policies=policies)
