"""Answering the lifecycle hooks of Auto Scaling groups."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam

from infra.permissions.conditions import when
from snapkeep.domain.interruption.ownership import EKSCTL_CLUSTER, NODE_GROUP_CLUSTER

GROUP_TAGS = {"HooksOfNodeGroups": NODE_GROUP_CLUSTER, "HooksOfEksctl": EKSCTL_CLUSTER}
"""Tags of an Auto Scaling group whose value is its cluster, keyed by the statement that trusts it."""


def answer_lifecycle_hooks(stack: Stack, clusters: Sequence[str]) -> tuple[iam.PolicyStatement, ...]:
    """Extend and complete lifecycle hooks of Auto Scaling groups whose tags name one of our clusters.

    EKS tags the groups of node groups, and eksctl its own. The other tag that names an instance's cluster has
    the name in its key, so each cluster would need its own statement.
    https://docs.aws.amazon.com/eks/latest/userguide/eks-using-tags.html
    """
    return tuple(
        iam.PolicyStatement(
            sid=sid,
            actions=["autoscaling:RecordLifecycleActionHeartbeat", "autoscaling:CompleteLifecycleAction"],
            resources=[
                stack.format_arn(
                    service="autoscaling",
                    resource="autoScalingGroup",
                    resource_name="*:autoScalingGroupName/*",
                    arn_format=ArnFormat.COLON_RESOURCE_NAME,
                )
            ],
            conditions=when("StringEquals", {f"aws:ResourceTag/{key}": list(clusters)}),
        )
        for sid, key in GROUP_TAGS.items()
    )
