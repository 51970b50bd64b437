"""Deleting recovery points of file systems."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infra.permissions.conditions import when
from infra.permissions.file_systems import AWS_BACKUP, recovery_points
from snapkeep.domain import tags


def prune_recovery_points(stack: Stack, vault: str, deployment: str) -> Sequence[iam.PolicyStatement]:
    """List one vault (its ARN), read the tags of recovery points, see which file systems exist, and delete
    recovery points of ours that are not held.

    The ARN of a recovery point does not name its vault; its tags name the deployment.
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbackup.html
    """
    points = recovery_points(stack)
    ours = {f"aws:ResourceTag/{tags.MANAGED}": "true", f"aws:ResourceTag/{tags.DEPLOYMENT}": deployment}
    return (
        iam.PolicyStatement(
            sid="ListVault",
            actions=["backup:DescribeBackupVault", "backup:ListRecoveryPointsByBackupVault"],
            resources=[vault],
        ),
        iam.PolicyStatement(
            sid="ReadRecoveryPoints",
            actions=["backup:DescribeRecoveryPoint", "backup:ListTags"],
            resources=[points],
        ),
        iam.PolicyStatement(
            sid="SeeFileSystems",
            actions=["elasticfilesystem:DescribeFileSystems"],
            resources=[
                stack.format_arn(service="elasticfilesystem", resource="file-system", resource_name="*")
            ],
        ),
        iam.PolicyStatement(
            sid="DeleteRecoveryPoints",
            actions=["backup:DeleteRecoveryPoint"],
            resources=[points],
            conditions={
                **when("StringEquals", ours),
                "Null": {f"aws:ResourceTag/{tags.HOLD}": "true"},
            },
        ),
        _have_aws_backup_delete(stack),
    )


def _have_aws_backup_delete(stack: Stack) -> iam.PolicyStatement:
    """AWS Backup deletes nothing for who may not create its service-linked role.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteRecoveryPoint.html
    """
    role = f"aws-service-role/{AWS_BACKUP}/AWSServiceRoleForBackup"
    return iam.PolicyStatement(
        sid="HaveAwsBackupDelete",
        actions=["iam:CreateServiceLinkedRole"],
        resources=[stack.format_arn(service="iam", region="", resource="role", resource_name=role)],
        conditions=when("StringEquals", {"iam:AWSServiceName": AWS_BACKUP}),
    )
