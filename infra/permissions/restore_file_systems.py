"""Restoring folders of EFS with AWS Backup, and asking EFS and the vault before that."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infra.permissions.conditions import when
from infra.permissions.file_systems import AWS_BACKUP, recovery_points
from snapkeep.domain import tags


def restore_file_systems(stack: Stack, role_arn: str, deployment: str) -> Sequence[iam.PolicyStatement]:
    """Start restore jobs from our recovery points, see what became of them, and make access points in this
    deployment's name.

    DescribeRestoreJob supports no resources. EFS asks for TagResource on what a CreateAccessPoint with tags
    makes. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbackup.html
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticfilesystem.html
    """
    ours = {tags.MANAGED: "true", tags.DEPLOYMENT: deployment}
    of_points = {f"aws:ResourceTag/{key}": value for key, value in ours.items()}
    of_requests = {f"aws:RequestTag/{key}": value for key, value in ours.items()}
    return (
        iam.PolicyStatement(
            sid="StartRestoreJobs",
            actions=["backup:StartRestoreJob"],
            resources=[recovery_points(stack)],
            conditions=when("StringEquals", of_points),
        ),
        iam.PolicyStatement(sid="FollowRestoreJobs", actions=["backup:DescribeRestoreJob"], resources=["*"]),
        iam.PolicyStatement(
            sid="PassRestoreRole",
            actions=["iam:PassRole"],
            resources=[role_arn],
            conditions=when("StringEquals", {"iam:PassedToService": AWS_BACKUP}),
        ),
        iam.PolicyStatement(
            sid="MakeAccessPoints",
            actions=["elasticfilesystem:CreateAccessPoint"],
            resources=[_efs(stack, "file-system")],
            conditions=when("StringEquals", of_requests),
        ),
        iam.PolicyStatement(
            sid="TagAccessPoints",
            actions=["elasticfilesystem:TagResource"],
            resources=[_efs(stack, "file-system"), _efs(stack, "access-point")],
            conditions=when(
                "StringEquals", {"elasticfilesystem:CreateAction": "CreateAccessPoint", **of_requests}
            ),
        ),
    )


def ask_about_file_systems(stack: Stack) -> Sequence[iam.PolicyStatement]:
    """See whether recovery points and file systems still exist."""
    return (
        iam.PolicyStatement(
            sid="SeeRecoveryPoints",
            actions=["backup:DescribeRecoveryPoint", "backup:ListTags"],
            resources=[recovery_points(stack)],
        ),
        iam.PolicyStatement(
            sid="SeeFileSystems",
            actions=["elasticfilesystem:DescribeFileSystems"],
            resources=[_efs(stack, "file-system")],
        ),
    )


def _efs(stack: Stack, kind: str) -> str:
    return stack.format_arn(service="elasticfilesystem", resource=kind, resource_name="*")
