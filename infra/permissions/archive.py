"""The archive tier: measuring our snapshots, moving them there, and bringing them back."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infra.permissions.conditions import Owner, all_of, only, ours, snapshot_arn, when
from snapkeep.domain import tags


def measure_snapshots(stack: Stack, owner: Owner) -> iam.PolicyStatement:
    """List which blocks of our snapshots differ, and read none of them."""
    return iam.PolicyStatement(
        sid="MeasureSnapshots",
        actions=["ebs:ListChangedBlocks", "ebs:ListSnapshotBlocks"],
        resources=[snapshot_arn(stack)],
        conditions=ours("ResourceTag", owner),
    )


def archive_snapshots(stack: Stack, owner: Owner) -> tuple[iam.PolicyStatement, ...]:
    """Archive our snapshots that are not held, after a look at who may use them, and note when that was."""
    marks = ours("ResourceTag", owner)
    return (
        iam.PolicyStatement(
            sid="ArchiveSnapshots",
            actions=["ec2:ModifySnapshotTier"],
            resources=[snapshot_arn(stack)],
            conditions=marks | when("Null", {f"aws:ResourceTag/{tags.HOLD}": "true"}),
        ),
        iam.PolicyStatement(
            sid="LookWhoShares",
            actions=["ec2:DescribeSnapshotAttribute"],
            resources=[snapshot_arn(stack)],
            conditions=marks,
        ),
        iam.PolicyStatement(
            sid="NoteArchiving",
            actions=["ec2:CreateTags"],
            resources=[snapshot_arn(stack)],
            conditions=all_of(marks, only([tags.ARCHIVED])),
        ),
    )


def bring_back_snapshots(stack: Stack, owner: Owner) -> iam.PolicyStatement:
    """Bring our snapshots back from the archive tier; no condition key tells for how long."""
    return iam.PolicyStatement(
        sid="BringBackSnapshots",
        actions=["ec2:RestoreSnapshotTier"],
        resources=[snapshot_arn(stack)],
        conditions=ours("ResourceTag", owner),
    )
