"""Saving objects: what may be written into their bucket, and read from it."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infra.permissions.conditions import all_of, when
from snapkeep.domain.objects.secrets.sealed import CLUSTER, NAMESPACE, RUN


def write_objects(bucket_arn: str) -> Sequence[iam.PolicyStatement]:
    """Store archives, files of Secrets and manifests, and read manifests, without which an archive is not
    complete. Without the right to list, S3 does not distinguish a missing manifest from a forbidden one. What
    is removed stays as an earlier version: deleting versions needs another right.
    """
    places = _places(bucket_arn)
    return (
        iam.PolicyStatement(sid="WriteObjects", actions=["s3:PutObject"], resources=list(places)),
        iam.PolicyStatement(sid="RemoveObjects", actions=["s3:DeleteObject"], resources=list(places)),
        iam.PolicyStatement(sid="ReadManifests", actions=["s3:GetObject"], resources=[places[-1]]),
        iam.PolicyStatement(sid="FindManifests", actions=["s3:ListBucket"], resources=[bucket_arn]),
    )


def read_objects(bucket_arn: str) -> iam.PolicyStatement:
    """Read archives, files of Secrets, which stay encrypted, and manifests."""
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


def encrypt_secrets(keys: Sequence[str], clusters: Sequence[str]) -> iam.PolicyStatement:
    """Get new data keys for the Secrets of these clusters. Without kms:Decrypt, nothing reads back what they
    encrypted.

    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-encryption-context
    """
    named = {f"kms:EncryptionContext:{CLUSTER}": list(clusters)}
    also = {f"kms:EncryptionContext:{key}": "false" for key in (NAMESPACE, RUN)}
    return iam.PolicyStatement(
        sid="EncryptSecrets",
        actions=["kms:GenerateDataKey"],
        resources=list(keys),
        conditions=all_of(when("StringEquals", named), when("Null", also)),
    )


def _places(bucket_arn: str) -> tuple[str, str, str]:
    """Archives, files of Secrets, and manifests."""
    return f"{bucket_arn}/*.yaml.gz", f"{bucket_arn}/*.secrets.enc", f"{bucket_arn}/*.json"


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
