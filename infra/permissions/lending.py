"""Lending a vault's copies: only the function that has these rights may share one or grant its key."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infra.permissions.conditions import all_of, only, snapshot_arn, when
from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.vault.loans import OPERATIONS, root_of
from snapkeep.domain.vault.vault import Vault


def lend_copies(stack: Stack, vault: Vault) -> tuple[iam.PolicyStatement, ...]:
    """Share copies with the accounts of `lend_to` and nobody else, and let these use the vault's key to copy.

    ForAllValues passes requests without the key, so that it must be there; groups share with everybody.
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
    """
    shared = {
        **when("ForAllValues:StringEquals", {"ec2:Add/userId": list(vault.lend_to)}),
        **when("Null", {"ec2:Add/userId": "false", "ec2:Add/group": "true"}),
    }
    granted = {
        **when(
            "StringEquals", {"kms:GranteePrincipal": [root_of(each, vault.region) for each in vault.lend_to]}
        ),
        **when("ForAllValues:StringEquals", {"kms:GrantOperations": list(OPERATIONS)}),
        **when("Null", {"kms:GrantOperations": "false"}),
    }
    return (
        iam.PolicyStatement(
            sid="LendCopies",
            actions=["ec2:ModifySnapshotAttribute"],
            resources=[snapshot_arn(stack)],
            conditions=all_of(_copies(), shared),
        ),
        iam.PolicyStatement(
            sid="GrantKeyOfCopies", actions=["kms:CreateGrant"], resources=[vault.kms_key], conditions=granted
        ),
    )


def end_loans(stack: Stack, vault: Vault) -> tuple[iam.PolicyStatement, ...]:
    """Stop sharing copies with any account, also one that has left `lend_to`, and revoke grants on the key.

    No condition tells loans' grants from those of AWS services, such as of EBS for a copy in progress. What
    is revoked by mistake makes that copy fail, and it is made again.
    """
    ended = when("Null", {"ec2:Remove/userId": "false", "ec2:Add/userId": "true", "ec2:Add/group": "true"})
    return (
        iam.PolicyStatement(
            sid="EndLoans",
            actions=["ec2:ModifySnapshotAttribute"],
            resources=[snapshot_arn(stack)],
            conditions=all_of(_copies(), ended),
        ),
        iam.PolicyStatement(
            sid="RevokeGrants", actions=["kms:ListGrants", "kms:RevokeGrant"], resources=[vault.kms_key]
        ),
    )


def hold_copies(stack: Stack) -> tuple[iam.PolicyStatement, ...]:
    """Set and lift only the hold tag, on copies of any deployment."""
    conditions = all_of(_copies(), only([tags.HOLD]))
    return tuple(
        iam.PolicyStatement(
            sid=sid, actions=[f"ec2:{action}"], resources=[snapshot_arn(stack)], conditions=conditions
        )
        for sid, action in (("HoldCopies", "CreateTags"), ("LiftHoldsOfCopies", "DeleteTags"))
    )


def _copies() -> dict[str, dict[str, object]]:
    return all_of(when("StringEquals", {f"aws:ResourceTag/{tags.MANAGED}": copy_tags.COPY}))
