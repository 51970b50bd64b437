"""Holding snapshots, and looking into what stands in the way of a restore."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infra.permissions.conditions import Owner, only, ours, snapshot_arn
from snapkeep.domain import tags


def hold_snapshots(stack: Stack, owner: Owner) -> tuple[iam.PolicyStatement, ...]:
    """Set and lift the hold tag, and no other, on snapshots that are tagged ours already."""
    only_ours = ours("ResourceTag", owner) | only([tags.HOLD])
    return tuple(
        iam.PolicyStatement(
            sid=sid, actions=[f"ec2:{action}"], resources=[snapshot_arn(stack)], conditions=only_ours
        )
        for sid, action in (("Hold", "CreateTags"), ("LiftHold", "DeleteTags"))
    )


def describe_keys(stack: Stack) -> iam.PolicyStatement:
    """Read the state of keys; which of them encrypt snapshots nobody knows before."""
    return iam.PolicyStatement(
        sid="DescribeKeys",
        actions=["kms:DescribeKey"],
        resources=[stack.format_arn(service="kms", resource="key", resource_name="*")],
    )


def look_into_bin() -> iam.PolicyStatement:
    """List what is in the Recycle Bin; EC2 knows no narrower resource for it, as for Describe calls."""
    return iam.PolicyStatement(sid="LookIntoBin", actions=["ec2:ListSnapshotsInRecycleBin"], resources=["*"])
