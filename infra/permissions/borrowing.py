"""Borrowing: copying what vaults in other accounts lend, from any Region, under a key of one's own."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infra.permissions.conditions import all_of, only, snapshot_arn, when
from infra.permissions.copies import COPY_TAG_KEYS, KEY_USES
from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.vault.borrower import Borrow
from snapkeep.domain.vault.borrowing import PLACE


def borrow_copies(stack: Stack, borrow: Borrow) -> tuple[iam.PolicyStatement, ...]:
    """Copy snapshots of the lenders into this Region, in the place `loan`, and with our tags only.

    Where the vault is in the same Region, the first statement covers its snapshots as well.
    https://docs.aws.amazon.com/ebs/latest/userguide/security_iam_id-based-policy-examples.html#iam-copy-snapshot
    """
    lenders = list(borrow.lenders)
    marked = {
        f"aws:RequestTag/{tags.MANAGED}": copy_tags.COPY,
        f"aws:RequestTag/{copy_tags.PLACE}": PLACE,
    }
    return (
        iam.PolicyStatement(
            sid="NewLoans",
            actions=["ec2:CopySnapshot"],
            resources=[snapshot_arn(stack)],
            conditions=all_of(
                when("StringEquals", marked),
                when("StringEqualsIfExists", {"ec2:Owner": sorted({stack.account, *lenders})}),
                only(COPY_TAG_KEYS),
            ),
        ),
        iam.PolicyStatement(
            sid="LentSnapshots",
            actions=["ec2:CopySnapshot"],
            resources=[
                stack.format_arn(
                    service="ec2", region="*", account="", resource="snapshot", resource_name="snap-*"
                )
            ],
            conditions=when("StringEquals", {"ec2:Owner": lenders}),
        ),
        iam.PolicyStatement(
            sid="TagNewLoans",
            actions=["ec2:CreateTags"],
            resources=[snapshot_arn(stack)],
            conditions=when("StringEquals", {"ec2:CreateAction": "CopySnapshot"}) | only(COPY_TAG_KEYS),
        ),
        *_use_keys(stack, borrow),
    )


def _use_keys(stack: Stack, borrow: Borrow) -> tuple[iam.PolicyStatement, ...]:
    """Let only EC2 use the lenders' keys, which their grants open, and the key of the borrowed copies."""
    theirs = [
        stack.format_arn(service="kms", region="*", account=each, resource="key", resource_name="*")
        for each in borrow.lenders
    ]
    by_ec2 = when("StringLike", {"kms:ViaService": f"ec2.*.{stack.url_suffix}"})
    return (
        iam.PolicyStatement(
            sid="UseKeysOfLoans",
            actions=[f"kms:{action}" for action in KEY_USES],
            resources=[*theirs, borrow.kms_key],
            conditions=by_ec2,
        ),
        iam.PolicyStatement(
            sid="GrantKeysOfLoans",
            actions=["kms:CreateGrant"],
            resources=[*theirs, borrow.kms_key],
            conditions=by_ec2 | when("Bool", {"kms:GrantIsForAWSResource": "true"}),
        ),
    )
