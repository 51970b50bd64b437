"""Saving objects: what may be written into their bucket, and read from it."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infra.permissions.conditions import when


def write_objects(bucket_arn: str) -> Sequence[iam.PolicyStatement]:
    """Store archives and manifests, and read manifests, without which an archive is not complete. Without the
    right to list, S3 does not distinguish a missing manifest from a forbidden one. What is removed stays as
    an earlier version: deleting versions needs another right.
    """
    archives, manifests = _places(bucket_arn)
    return (
        iam.PolicyStatement(sid="WriteObjects", actions=["s3:PutObject"], resources=[archives, manifests]),
        iam.PolicyStatement(
            sid="RemoveObjects", actions=["s3:DeleteObject"], resources=[archives, manifests]
        ),
        iam.PolicyStatement(sid="ReadManifests", actions=["s3:GetObject"], resources=[manifests]),
        iam.PolicyStatement(sid="FindManifests", actions=["s3:ListBucket"], resources=[bucket_arn]),
    )


def read_objects(bucket_arn: str) -> iam.PolicyStatement:
    """Read archives and their manifests."""
    return iam.PolicyStatement(
        sid="ReadObjects",
        actions=["s3:GetObject", "s3:GetObjectVersion"],
        resources=list(_places(bucket_arn)),
    )


def lock_objects(bucket_arn: str, days: int) -> iam.PolicyStatement:
    """Lock what is stored for at most so many days. Lifting a lock needs another right.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
    """
    return iam.PolicyStatement(
        sid="LockObjects",
        actions=["s3:PutObjectRetention"],
        resources=list(_places(bucket_arn)),
        conditions=when("NumericLessThanEquals", {"s3:object-lock-remaining-retention-days": str(days)}),
    )


def _places(bucket_arn: str) -> tuple[str, str]:
    """Archives, and their manifests."""
    return f"{bucket_arn}/*.yaml.gz", f"{bucket_arn}/*.json"


def use_key_of_bucket(stack: Stack, key_arn: str) -> iam.PolicyStatement:
    """Let only S3 use this key on the role's behalf.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    """
    return iam.PolicyStatement(
        sid="UseKeyOfBucket",
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        resources=[key_arn],
        conditions=when("StringEquals", {"kms:ViaService": f"s3.{stack.region}.{stack.url_suffix}"}),
    )
