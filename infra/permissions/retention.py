"""Deleting snapshots."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infra.permissions.conditions import Owner, ours, snapshot_arn, when
from snapkeep.domain import tags


def delete_snapshots(stack: Stack, owner: Owner) -> iam.PolicyStatement:
    """Delete our snapshots that are not held: that have no hold tag, whatever its value.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    return iam.PolicyStatement(
        sid="DeleteSnapshots",
        actions=["ec2:DeleteSnapshot"],
        resources=[snapshot_arn(stack)],
        conditions=ours("ResourceTag", owner) | when("Null", {f"aws:ResourceTag/{tags.HOLD}": "true"}),
    )
