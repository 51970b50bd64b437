"""Looking into points: reading the blocks of our snapshots, and noting that on them."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infra.permissions.conditions import Owner, all_of, only, ours, snapshot_arn
from snapkeep.domain import tags


def read_blocks(stack: Stack, owner: Owner) -> iam.PolicyStatement:
    """Read the blocks of our snapshots: who may do that can read all data on them.

    The tags of the snapshot are the only condition that EBS evaluates on reads.
    https://docs.aws.amazon.com/ebs/latest/userguide/ebsapi-permissions.html
    """
    return iam.PolicyStatement(
        sid="ReadBlocks",
        actions=["ebs:GetSnapshotBlock", "ebs:ListChangedBlocks", "ebs:ListSnapshotBlocks"],
        resources=[snapshot_arn(stack)],
        conditions=ours("ResourceTag", owner),
    )


def decrypt_points(keys: Sequence[str]) -> Sequence[iam.PolicyStatement]:
    """Read what is encrypted under these keys (ARNs); nothing without any.

    EBS decrypts in the caller's name. AWS documents no kms:ViaService for it, so there is none here.
    https://docs.aws.amazon.com/ebs/latest/userguide/ebsapi-faq.html
    """
    if not keys:
        return ()
    return (iam.PolicyStatement(sid="DecryptPoints", actions=["kms:Decrypt"], resources=list(keys)),)


def note_checks(stack: Stack, owner: Owner) -> iam.PolicyStatement:
    """Write on our snapshots what the last check said, in a tag that only people read."""
    return iam.PolicyStatement(
        sid="NoteChecks",
        actions=["ec2:CreateTags"],
        resources=[snapshot_arn(stack)],
        conditions=all_of(ours("ResourceTag", owner), only([tags.CHECKED])),
    )
