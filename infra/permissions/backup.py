"""Creating snapshots, and recording which point each is.

CreateSnapshot is authorized on both the volume and the new snapshot, each by its own statement.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infra.permissions.conditions import (
    Owner,
    all_of,
    as_owner_writes,
    ec2_arn,
    names_its_point_first,
    only,
    ours,
    portions,
    snapshot_arn,
    when,
)
from infra.permissions.tag_keys import ADOPTION_TAG_KEYS, COMPLETION_TAG_KEYS, POINT_TAG_KEYS
from snapkeep.domain import tags
from snapkeep.domain.drivers import AUTO_MODE, NAMED_SNAPSHOT, snapshot_mark
from snapkeep.domain.policies import Policy
from snapkeep_cli.config.volume_tags import KUBERNETES_VOLUMES

CREATE_ACTIONS = ("CreateSnapshot", "CreateSnapshots")


def create_snapshots(stack: Stack, owner: Owner) -> tuple[iam.PolicyStatement, ...]:
    """Create snapshots of Kubernetes volumes, with our tags, and only our tags, from the start."""
    actions = [f"ec2:{action}" for action in CREATE_ACTIONS]
    return (
        *(
            iam.PolicyStatement(
                sid=sid,
                actions=actions,
                resources=[ec2_arn(stack, "volume")],
                conditions=when("StringLike", {f"aws:ResourceTag/{key}": value}),
            )
            for sid, key, value in KUBERNETES_VOLUMES
        ),
        iam.PolicyStatement(
            sid="InstancesOfGroups",
            actions=["ec2:CreateSnapshots"],
            resources=[ec2_arn(stack, "instance")],
        ),
        iam.PolicyStatement(
            sid="NewSnapshots",
            actions=actions,
            resources=[snapshot_arn(stack)],
            conditions=all_of(ours("RequestTag", owner), only(POINT_TAG_KEYS), as_owner_writes(owner)),
        ),
        iam.PolicyStatement(
            sid="TagNewSnapshots",
            actions=["ec2:CreateTags"],
            resources=[snapshot_arn(stack)],
            conditions=when("StringEquals", {"ec2:CreateAction": list(CREATE_ACTIONS)})
            | only(POINT_TAG_KEYS),
        ),
    )


def complete_tags(stack: Stack, owner: Owner) -> iam.PolicyStatement:
    """Record which point a snapshot with our tags is: in one request, and only once.

    Once it names its point, none of these tags can be written any more. A driver's keys only with values
    that let it restore in these clusters.
    """
    return iam.PolicyStatement(
        sid="CompleteTags",
        actions=["ec2:CreateTags"],
        resources=[snapshot_arn(stack)],
        conditions=all_of(
            ours("ResourceTag", owner),
            only(COMPLETION_TAG_KEYS),
            as_owner_writes(owner),
            names_its_point_first(),
        ),
    )


def mark_duplicates(stack: Stack, owner: Owner) -> tuple[iam.PolicyStatement, ...]:
    """Mark one of our snapshots as a duplicate; if it names no point, it gets the name in the same
    request."""
    marked = when("StringEquals", {f"aws:RequestTag/{tags.DUPLICATE}": "true"})
    return (
        iam.PolicyStatement(
            sid="MarkDuplicates",
            actions=["ec2:CreateTags"],
            resources=[snapshot_arn(stack)],
            conditions=all_of(ours("ResourceTag", owner), only([tags.DUPLICATE]), marked),
        ),
        iam.PolicyStatement(
            sid="NameDuplicates",
            actions=["ec2:CreateTags"],
            resources=[snapshot_arn(stack)],
            conditions=all_of(
                ours("ResourceTag", owner),
                only([tags.DUPLICATE, tags.POINT]),
                marked,
                names_its_point_first(),
            ),
        ),
    )


def unmark_duplicates(stack: Stack, owner: Owner) -> iam.PolicyStatement:
    """Remove the duplicate mark, and no other tag, from snapshots with our tags."""
    return iam.PolicyStatement(
        sid="UnmarkDuplicates",
        actions=["ec2:DeleteTags"],
        resources=[snapshot_arn(stack)],
        conditions=ours("ResourceTag", owner) | only([tags.DUPLICATE]),
    )


def adopt_snapshots(stack: Stack, owner: Owner) -> iam.PolicyStatement:
    """Tag as ours what the EKS Auto Mode driver cut for our VolumeSnapshots, because the driver may not do so
    itself.

    The snapshot must name one of our clusters, and that name stays. The journal says which snapshots are
    ours. As for all others, the tags are written in one request, and only once.
    """
    return iam.PolicyStatement(
        sid="AdoptSnapshots",
        actions=["ec2:CreateTags"],
        resources=[snapshot_arn(stack)],
        conditions=all_of(
            ours("RequestTag", owner),
            only(ADOPTION_TAG_KEYS),
            names_its_point_first(),
            when(
                "StringEqualsIfExists",
                {f"aws:RequestTag/{AUTO_MODE.mark}": "true", f"aws:RequestTag/{tags.DUPLICATE}": "true"},
            ),
            when(
                "StringLike",
                {
                    f"aws:ResourceTag/{AUTO_MODE.cluster_key}": list(owner.clusters),
                    f"aws:ResourceTag/{NAMED_SNAPSHOT}": snapshot_mark("*"),
                },
            ),
        ),
    )


def lock_snapshots(stack: Stack, owner: Owner, policies: Sequence[Policy]) -> tuple[iam.PolicyStatement, ...]:
    """Lock each of our points for exactly the days in its policy; without locks, nothing.

    A governance lock can be replaced by a shorter one. A new lock of the same length ends no earlier.
    https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-lock-iam.html
    """
    by_days: dict[int, list[str]] = {}
    for policy in policies:
        if policy.lock:
            by_days.setdefault(policy.lock.days, []).append(policy.name)
    if not by_days:
        return ()
    return (
        *(
            iam.PolicyStatement(
                sid=f"LockFor{days}Days{number or ''}",
                actions=["ec2:LockSnapshot"],
                resources=[snapshot_arn(stack)],
                conditions=all_of(
                    ours("ResourceTag", owner),
                    when("StringEquals", {f"aws:ResourceTag/{tags.POLICY}": some}),
                    when("NumericEquals", {"ec2:SnapshotLockDuration": str(days)}),
                ),
            )
            for days, names in sorted(by_days.items())
            for number, some in enumerate(portions(sorted(names)))
        ),
        iam.PolicyStatement(sid="SeeLocks", actions=["ec2:DescribeLockedSnapshots"], resources=["*"]),
    )
