"""Holding snapshots, and checking what prevents a restore."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infra.permissions.conditions import Owner, only, ours, snapshot_arn
from snapkeep.domain import tags
from snapkeep.domain.copies.places import Place


def hold_snapshots(stack: Stack, owner: Owner) -> tuple[iam.PolicyStatement, ...]:
    """Set and lift only the hold tag, on snapshots that already have our tags."""
    only_ours = ours("ResourceTag", owner) | only([tags.HOLD])
    return tuple(
        iam.PolicyStatement(
            sid=sid, actions=[f"ec2:{action}"], resources=[snapshot_arn(stack)], conditions=only_ours
        )
        for sid, action in (("Hold", "CreateTags"), ("LiftHold", "DeleteTags"))
    )


def describe_keys(stack: Stack, places: Sequence[Place] = ()) -> iam.PolicyStatement:
    """Read the state of keys; which ones encrypt snapshots is unknown in advance, those of places are not."""
    here = stack.format_arn(service="kms", resource="key", resource_name="*")
    return iam.PolicyStatement(
        sid="DescribeKeys",
        actions=["kms:DescribeKey"],
        resources=[here, *sorted({place.kms_key for place in places})],
    )


def look_into_bin() -> iam.PolicyStatement:
    """List the Recycle Bin; as for Describe calls, EC2 has no narrower resource."""
    return iam.PolicyStatement(sid="LookIntoBin", actions=["ec2:ListSnapshotsInRecycleBin"], resources=["*"])
