"""Holding snapshots, lending them to drivers, and checking what prevents a restore."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infra.permissions.conditions import Owner, all_of, names_drivers_of, only, ours, snapshot_arn, when
from infra.permissions.tag_keys import DRIVER_TAG_KEYS
from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
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


def lend_to_copies(stack: Stack, owner: Owner, *, take_back: bool) -> tuple[iam.PolicyStatement, ...]:
    """Hold copies in this Region, whatever deployment made them, and put the tags on by which the drivers of
    the deployment's clusters restore from them; with `take_back` take those off, too.
    """
    keys = [tags.HOLD, *DRIVER_TAG_KEYS]
    copies = when("StringEquals", {f"aws:ResourceTag/{tags.MANAGED}": copy_tags.COPY})
    return (
        iam.PolicyStatement(
            sid="LendToCopies",
            actions=["ec2:CreateTags"],
            resources=[snapshot_arn(stack)],
            conditions=all_of(copies, only(keys), names_drivers_of(owner)),
        ),
        iam.PolicyStatement(
            sid="TakeBackFromCopies",
            actions=["ec2:DeleteTags"],
            resources=[snapshot_arn(stack)],
            conditions=all_of(copies, only(keys if take_back else keys[:1])),
        ),
    )
