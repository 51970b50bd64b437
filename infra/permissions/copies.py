"""Copying snapshots to other Regions.

CopySnapshot is authorized on the new copy, in the Region it goes to, and on its source, whose tags cannot be
a condition.
https://docs.aws.amazon.com/ebs/latest/userguide/security_iam_id-based-policy-examples.html#iam-copy-snapshot
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infra.permissions.conditions import Owner, all_of, only, portions, when
from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.copies.places import Home, Place
from snapkeep.domain.policies import Policy

COPY_TAG_KEYS = sorted([tags.MANAGED, *copy_tags.FROM_POINT, *copy_tags.OWN])
"""The keys that describe a copy."""

KEY_USES = ("Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo")
"""What EBS does with keys on behalf of its caller, besides granting itself their use.
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html
"""


def copy_snapshots(stack: Stack, owner: Owner, places: Sequence[Place]) -> tuple[iam.PolicyStatement, ...]:
    """Copy this account's snapshots to these places, with our tags, and only our tags, from the start."""
    new = _copies(stack, places)
    named = {
        **_ours("RequestTag", stack, owner),
        f"aws:RequestTag/{copy_tags.PLACE}": [place.name for place in places],
    }
    return (
        iam.PolicyStatement(
            sid="NewCopies",
            actions=["ec2:CopySnapshot"],
            resources=new,
            conditions=all_of(when("StringEquals", named), only(COPY_TAG_KEYS)),
        ),
        iam.PolicyStatement(
            sid="SourcesOfCopies",
            actions=["ec2:CopySnapshot"],
            resources=[
                stack.format_arn(service="ec2", account="", resource="snapshot", resource_name="snap-*")
            ],
            conditions=when("StringEquals", {"ec2:Owner": stack.account}),
        ),
        iam.PolicyStatement(
            sid="TagNewCopies",
            actions=["ec2:CreateTags"],
            resources=new,
            conditions=when("StringEquals", {"ec2:CreateAction": "CopySnapshot"}) | only(COPY_TAG_KEYS),
        ),
    )


def mark_duplicate_copies(stack: Stack, owner: Owner, places: Sequence[Place]) -> iam.PolicyStatement:
    """Mark one of our copies as a duplicate."""
    marked = {**_ours("ResourceTag", stack, owner), f"aws:RequestTag/{tags.DUPLICATE}": "true"}
    return iam.PolicyStatement(
        sid="MarkDuplicateCopies",
        actions=["ec2:CreateTags"],
        resources=_copies(stack, places),
        conditions=all_of(when("StringEquals", marked), only([tags.DUPLICATE])),
    )


def mark_cancelled_copies(stack: Stack, owner: Owner, places: Sequence[Place]) -> iam.PolicyStatement:
    """Mark one of our copies as cancelled; when, is in the tag."""
    return iam.PolicyStatement(
        sid="MarkCancelledCopies",
        actions=["ec2:CreateTags"],
        resources=_copies(stack, places),
        conditions=all_of(
            when("StringEquals", _ours("ResourceTag", stack, owner)), only([copy_tags.CANCELLED])
        ),
    )


def delete_copies(stack: Stack, owner: Owner, places: Sequence[Place]) -> iam.PolicyStatement:
    """Delete our copies in these places that are not held: that have no hold tag, whatever its value."""
    named = {
        **_ours("ResourceTag", stack, owner),
        f"aws:ResourceTag/{copy_tags.PLACE}": [place.name for place in places],
    }
    return iam.PolicyStatement(
        sid="DeleteCopies",
        actions=["ec2:DeleteSnapshot"],
        resources=_copies(stack, places),
        conditions=when("StringEquals", named) | when("Null", {f"aws:ResourceTag/{tags.HOLD}": "true"}),
    )


def lock_copies(
    stack: Stack, owner: Owner, places: Sequence[Place], policies: Sequence[Policy]
) -> tuple[iam.PolicyStatement, ...]:
    """Lock each copy for exactly the days in its rule; without locks, nothing.

    Every copy names its deployment, so the clusters are left out, whose names would fill these statements.
    """
    by_days: dict[int, set[tuple[str, str]]] = {}
    for policy in policies:
        for rule in policy.copies:
            if rule.lock:
                named = {(name, rule.to) for name in (policy.name, *rule.also)}
                by_days.setdefault(rule.lock.days, set()).update(named)
    if not by_days:
        return ()
    home = str(Home(stack.account, stack.region))
    return (
        *(
            iam.PolicyStatement(
                sid=f"LockCopiesFor{days}Days{number or ''}",
                actions=["ec2:LockSnapshot"],
                resources=_copies(stack, places),
                conditions=all_of(
                    when(
                        "StringEquals",
                        {
                            f"aws:ResourceTag/{tags.MANAGED}": copy_tags.COPY,
                            f"aws:ResourceTag/{tags.DEPLOYMENT}": owner.deployment,
                            f"aws:ResourceTag/{copy_tags.COPY_FROM}": home,
                            f"aws:ResourceTag/{tags.POLICY}": some,
                            f"aws:ResourceTag/{copy_tags.PLACE}": sorted({place for _, place in named}),
                        },
                    ),
                    when("NumericEquals", {"ec2:SnapshotLockDuration": str(days)}),
                ),
            )
            for days, named in sorted(by_days.items())
            for number, some in enumerate(portions(sorted({policy for policy, _ in named})))
        ),
        iam.PolicyStatement(sid="SeeLocks", actions=["ec2:DescribeLockedSnapshots"], resources=["*"]),
    )


def use_copy_keys(stack: Stack, places: Sequence[Place]) -> tuple[iam.PolicyStatement, ...]:
    """Let only EC2 read the sources and write the copies with their keys on the role's behalf.

    Which keys encrypt the sources is unknown in advance; a key's own policy has the last word.
    """
    sources = [stack.format_arn(service="kms", resource="key", resource_name="*")]
    keys = [*sources, *sorted({place.kms_key for place in places})]
    regions = [stack.region, *sorted({place.region for place in places})]
    services = {"kms:ViaService": [f"ec2.{region}.{stack.url_suffix}" for region in regions]}
    return (
        iam.PolicyStatement(
            sid="UseKeysOfCopies",
            actions=[f"kms:{action}" for action in KEY_USES],
            resources=keys,
            conditions=when("StringEquals", services),
        ),
        iam.PolicyStatement(
            sid="GrantKeysOfCopies",
            actions=["kms:CreateGrant"],
            resources=keys,
            conditions=when("StringEquals", services) | when("Bool", {"kms:GrantIsForAWSResource": "true"}),
        ),
    )


def _ours(kind: str, stack: Stack, owner: Owner) -> Mapping[str, object]:
    """The copy belongs to this deployment and its clusters; every copy names its deployment and its home,
    because a deployment in another Region may have the same name."""
    return {
        f"aws:{kind}/{tags.MANAGED}": copy_tags.COPY,
        f"aws:{kind}/{tags.CLUSTER}": list(owner.clusters),
        f"aws:{kind}/{tags.DEPLOYMENT}": owner.deployment,
        f"aws:{kind}/{copy_tags.COPY_FROM}": str(Home(stack.account, stack.region)),
    }


def _copies(stack: Stack, places: Sequence[Place]) -> list[str]:
    """Every snapshot of the places' Regions."""
    return [
        stack.format_arn(service="ec2", region=region, account="", resource="snapshot", resource_name="*")
        for region in sorted({place.region for place in places})
    ]
