"""Copying snapshots to other Regions, and into vaults.

CopySnapshot is authorized on the new copy, in the Region it goes to, and on its source, whose tags cannot be
a condition.
https://docs.aws.amazon.com/ebs/latest/userguide/security_iam_id-based-policy-examples.html#iam-copy-snapshot
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infra.permissions.conditions import Owner, all_of, only, portions, when
from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.copies.places import Home, Place
from snapkeep.domain.policies import Policy
from snapkeep.domain.vault.vault import Vault

COPY_TAG_KEYS = sorted([tags.MANAGED, *copy_tags.FROM_POINT, *copy_tags.OWN])
"""The keys that describe a copy."""

KEY_USES = ("Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo")
"""What EBS does with keys on behalf of its caller, besides granting itself their use.
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html
"""

Marks = Mapping[str, object]
"""The tags that copies of ours have: a value, or the allowed values, by key."""


def copies_of(stack: Stack, owner: Owner) -> Marks:
    """Copies of this deployment and its clusters; every copy names its deployment and its home, because a
    deployment in another Region may have the same name."""
    return {
        tags.MANAGED: copy_tags.COPY,
        tags.CLUSTER: list(owner.clusters),
        tags.DEPLOYMENT: owner.deployment,
        copy_tags.COPY_FROM: str(Home(stack.account, stack.region)),
    }


def copies_in(vault: Vault) -> Marks:
    """Copies that a vault made for its sources; their clusters, whose names would fill these statements, are
    left to the code."""
    return {
        tags.MANAGED: copy_tags.COPY,
        tags.DEPLOYMENT: sorted({source.deployment for source in vault.sources}),
        copy_tags.COPY_FROM: sorted({str(source.home) for source in vault.sources}),
    }


def copy_snapshots(
    stack: Stack, marks: Marks, places: Sequence[Place], homes: Sequence[Home]
) -> tuple[iam.PolicyStatement, ...]:
    """Copy snapshots of these homes to these places, with our tags, and only our tags, from the start.

    In the Region of a place, the first statement covers sources as well: they must have the same owners.
    """
    owners = sorted({home.account for home in homes})
    return (
        iam.PolicyStatement(
            sid="NewCopies",
            actions=["ec2:CopySnapshot"],
            resources=_copies(stack, places),
            conditions=all_of(
                when("StringEquals", _on("RequestTag", {**marks, copy_tags.PLACE: _names(places)})),
                when("StringEqualsIfExists", {"ec2:Owner": sorted({stack.account, *owners})}),
                only(COPY_TAG_KEYS),
            ),
        ),
        iam.PolicyStatement(
            sid="SourcesOfCopies",
            actions=["ec2:CopySnapshot"],
            resources=_snapshots(stack, {home.region for home in homes}, "snap-*"),
            conditions=when("StringEquals", {"ec2:Owner": owners if len(owners) > 1 else owners[0]}),
        ),
        iam.PolicyStatement(
            sid="TagNewCopies",
            actions=["ec2:CreateTags"],
            resources=_copies(stack, places),
            conditions=when("StringEquals", {"ec2:CreateAction": "CopySnapshot"}) | only(COPY_TAG_KEYS),
        ),
    )


def mark_duplicate_copies(stack: Stack, marks: Marks, places: Sequence[Place]) -> iam.PolicyStatement:
    """Mark one of our copies as a duplicate."""
    marked = {**_on("ResourceTag", marks), f"aws:RequestTag/{tags.DUPLICATE}": "true"}
    return iam.PolicyStatement(
        sid="MarkDuplicateCopies",
        actions=["ec2:CreateTags"],
        resources=_copies(stack, places),
        conditions=all_of(when("StringEquals", marked), only([tags.DUPLICATE])),
    )


def mark_cancelled_copies(stack: Stack, marks: Marks, places: Sequence[Place]) -> iam.PolicyStatement:
    """Mark one of our copies as cancelled; when, is in the tag."""
    return iam.PolicyStatement(
        sid="MarkCancelledCopies",
        actions=["ec2:CreateTags"],
        resources=_copies(stack, places),
        conditions=all_of(when("StringEquals", _on("ResourceTag", marks)), only([copy_tags.CANCELLED])),
    )


def read_copies(stack: Stack, marks: Marks, places: Sequence[Place]) -> iam.PolicyStatement:
    """Read the blocks of our copies in these places."""
    named = _on("ResourceTag", {**marks, copy_tags.PLACE: _names(places)})
    return iam.PolicyStatement(
        sid="ReadBlocksOfCopies",
        actions=["ebs:GetSnapshotBlock", "ebs:ListSnapshotBlocks"],
        resources=_copies(stack, places),
        conditions=when("StringEquals", named),
    )


def note_checks_of_copies(stack: Stack, marks: Marks, places: Sequence[Place]) -> iam.PolicyStatement:
    """Write on our copies what their check said."""
    return iam.PolicyStatement(
        sid="NoteChecksOfCopies",
        actions=["ec2:CreateTags"],
        resources=_copies(stack, places),
        conditions=all_of(when("StringEquals", _on("ResourceTag", marks)), only([tags.CHECKED])),
    )


def delete_copies(stack: Stack, marks: Marks, places: Sequence[Place]) -> iam.PolicyStatement:
    """Delete our copies in these places that are not held: that have no hold tag, whatever its value."""
    named = _on("ResourceTag", {**marks, copy_tags.PLACE: _names(places)})
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
    marks = {key: value for key, value in copies_of(stack, owner).items() if key != tags.CLUSTER}
    return _locks(
        _lock(
            f"{days}Days{number or ''}",
            days,
            _copies(stack, places),
            {**marks, tags.POLICY: some, copy_tags.PLACE: sorted({place for _, place in named})},
        )
        for days, named in sorted(by_days.items())
        for number, some in enumerate(portions(sorted({policy for policy, _ in named})))
    )


def lock_copies_in(stack: Stack, vault: Vault) -> tuple[iam.PolicyStatement, ...]:
    """Lock the copies of each source for exactly the days in its lock; without locks, nothing."""
    by_days: dict[int, list[str]] = {}
    for source in vault.sources:
        if source.lock:
            by_days.setdefault(source.lock.days, []).append(source.name)
    copies = _copies(stack, vault.places)
    return _locks(
        _lock(f"{days}Days", days, copies, {**copies_in(vault), copy_tags.PLACE: sorted(names)})
        for days, names in sorted(by_days.items())
    )


def _locks(statements: Iterable[iam.PolicyStatement]) -> tuple[iam.PolicyStatement, ...]:
    locking = tuple(statements)
    look = iam.PolicyStatement(sid="SeeLocks", actions=["ec2:DescribeLockedSnapshots"], resources=["*"])
    return (*locking, look) if locking else ()


def _lock(name: str, days: int, copies: Sequence[str], marks: Marks) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=f"LockCopiesFor{name}",
        actions=["ec2:LockSnapshot"],
        resources=list(copies),
        conditions=all_of(
            when("StringEquals", _on("ResourceTag", marks)),
            when("NumericEquals", {"ec2:SnapshotLockDuration": str(days)}),
        ),
    )


def use_copy_keys(
    stack: Stack, places: Sequence[Place], homes: Sequence[Home]
) -> tuple[iam.PolicyStatement, ...]:
    """Let only EC2 read the sources and write the copies with their keys on the role's behalf.

    Which keys encrypt the sources is unknown in advance; a key's own policy has the last word.
    """
    sources = [
        stack.format_arn(
            service="kms", region=home.region, account=home.account, resource="key", resource_name="*"
        )
        for home in homes
    ]
    keys = [*dict.fromkeys(sources), *sorted({place.kms_key for place in places})]
    regions = [*dict.fromkeys(home.region for home in homes), *sorted({place.region for place in places})]
    services = {"kms:ViaService": [f"ec2.{region}.{stack.url_suffix}" for region in dict.fromkeys(regions)]}
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


def _on(kind: str, marks: Marks) -> dict[str, object]:
    """The marks as condition keys of the request (RequestTag) or of what it is about (ResourceTag)."""
    return {f"aws:{kind}/{key}": value for key, value in marks.items()}


def _names(places: Sequence[Place]) -> list[str]:
    return [place.name for place in places]


def _copies(stack: Stack, places: Sequence[Place]) -> list[str]:
    """Every snapshot of the places' Regions, and those that CopySnapshot is about to make there."""
    return _snapshots(stack, {place.region for place in places}, "*")


def _snapshots(stack: Stack, regions: Iterable[str], name: str) -> list[str]:
    return [
        stack.format_arn(service="ec2", region=region, account="", resource="snapshot", resource_name=name)
        for region in sorted(regions)
    ]
