"""Backing up EFS file systems with AWS Backup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam

from infra.permissions.conditions import when
from snapkeep.domain import tags
from snapkeep.domain.efs.backups import CLAIM_TAG

AWS_BACKUP = "backup.amazonaws.com"

BACKUP_TAGS = (tags.MANAGED, tags.DEPLOYMENT, tags.POLICY, tags.SLOT, tags.POINT)
"""The keys of the tags of every backup; further ones name its claims."""


def back_up_file_systems(
    stack: Stack, vault_arn: str, role_arn: str, deployment: str
) -> Sequence[iam.PolicyStatement]:
    """Start jobs that put recovery points with our tags into one vault, and see what became of them.

    DescribeBackupJob supports no resources.
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbackup.html
    """
    return (
        iam.PolicyStatement(sid="StartBackupJobs", actions=["backup:StartBackupJob"], resources=[vault_arn]),
        iam.PolicyStatement(
            sid="TagRecoveryPoints",
            actions=["backup:TagResource"],
            resources=[recovery_points(stack)],
            conditions=_names_our_backups(deployment),
        ),
        iam.PolicyStatement(sid="FollowBackupJobs", actions=["backup:DescribeBackupJob"], resources=["*"]),
        iam.PolicyStatement(
            sid="PassBackupRole",
            actions=["iam:PassRole"],
            resources=[role_arn],
            conditions=when("StringEquals", {"iam:PassedToService": AWS_BACKUP}),
        ),
        iam.PolicyStatement(
            sid="ReadAccessPoints",
            actions=["elasticfilesystem:DescribeAccessPoints"],
            resources=[
                stack.format_arn(service="elasticfilesystem", resource="access-point", resource_name="*")
            ],
        ),
    )


def _names_our_backups(deployment: str) -> Mapping[str, Mapping[str, object]]:
    """Tags that say what a backup of ours is, and no others: above all not `snapkeep:hold`, which would keep
    any recovery point for ever."""
    return {
        **when(
            "StringEqualsIfExists",
            {f"aws:RequestTag/{tags.MANAGED}": "true", f"aws:RequestTag/{tags.DEPLOYMENT}": deployment},
        ),
        **when("ForAllValues:StringLike", {"aws:TagKeys": [*BACKUP_TAGS, CLAIM_TAG.format(number="*")]}),
    }


def recovery_points(stack: Stack) -> str:
    """Every recovery point of EFS in the account and Region; its ARN does not name the vault."""
    return stack.format_arn(
        service="backup",
        resource="recovery-point",
        resource_name="*",
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )
