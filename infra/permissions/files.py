"""Reading files out of points: what stores them, and what hands out links to them."""

from __future__ import annotations

from aws_cdk import aws_iam as iam


def store_files(objects: str) -> iam.PolicyStatement:
    """Write the objects (an ARN with a wildcard), also in parts, and read none."""
    return iam.PolicyStatement(
        sid="StoreFiles", actions=["s3:PutObject", "s3:AbortMultipartUpload"], resources=[objects]
    )


def hand_out_files(objects: str) -> iam.PolicyStatement:
    """Read the objects, and sign links to them."""
    return iam.PolicyStatement(sid="HandOutFiles", actions=["s3:GetObject"], resources=[objects])
