"""A bucket of a stack takes locked objects if its template turns Object Lock on, and else refuses them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.control import AwsControl
from sandbox.launch import Sandbox


def bucket_of_stack(sandbox: Sandbox, name: str, **properties: Any) -> str:
    """The name of a bucket that a stack makes."""
    versions = {"VersioningConfiguration": {"Status": "Enabled"}}
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name, **versions, **properties}}
    stacks = sandbox.client("cloudformation")
    stacks.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": {"Bucket": bucket}}))
    stacks.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    return name


def put_locked(sandbox: Sandbox, control: AwsControl, bucket: str) -> str:
    """The version of an object that is locked for a week."""
    until = control.now() + timedelta(days=7)
    made = sandbox.client("s3").put_object(
        Bucket=bucket,
        Key="a",
        Body=b"a",
        ChecksumAlgorithm="SHA256",
        ObjectLockMode="GOVERNANCE",
        ObjectLockRetainUntilDate=until,
    )
    return str(made["VersionId"])


def test_locked_objects_stay(sandbox: Sandbox, control: AwsControl) -> None:
    bucket = bucket_of_stack(sandbox, "with-lock", ObjectLockEnabled=True)
    version = put_locked(sandbox, control, bucket)
    with pytest.raises(ClientError, match="AccessDenied"):
        sandbox.client("s3").delete_object(Bucket=bucket, Key="a", VersionId=version)
    sandbox.client("s3").delete_object(Bucket=bucket, Key="a")
    found = sandbox.client("s3").get_object(Bucket=bucket, Key="a", VersionId=version)
    assert found["Body"].read() == b"a"


def test_without_object_lock_a_bucket_takes_no_locked_object(sandbox: Sandbox, control: AwsControl) -> None:
    bucket = bucket_of_stack(sandbox, "without-lock")
    with pytest.raises(ClientError, match="Bucket is missing ObjectLockConfiguration"):
        put_locked(sandbox, control, bucket)


def may(action: str, days: int = 0) -> dict[str, Any]:
    """A statement that allows an action, with a retention of at most so many days."""
    at_most = {"NumericLessThanEquals": {"s3:object-lock-remaining-retention-days": str(days)}}
    return {"Effect": "Allow", "Action": action, "Resource": "*"} | ({"Condition": at_most} if days else {})


def test_who_stores_a_locked_object_must_be_allowed_to_lock_it(
    sandbox: Sandbox, control: AwsControl, acting_as: Callable[..., Any]
) -> None:
    """PutObject with a retention also needs s3:PutObjectRetention, with a legal hold s3:PutObjectLegalHold.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
    """
    bucket = bucket_of_stack(sandbox, "rights", ObjectLockEnabled=True)
    writer = acting_as(may("s3:PutObject"), service="s3")
    locker = acting_as(may("s3:PutObject"), may("s3:PutObjectRetention", days=7), service="s3")

    def put(client: Any, days: int, **also: Any) -> None:
        until = control.now() + timedelta(days=days)
        lock = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": until} if days else {}
        client.put_object(Bucket=bucket, Key="a", Body=b"a", ChecksumAlgorithm="SHA256", **lock, **also)

    put(writer, 0)
    put(locker, 7)
    for client, days, also in (
        (writer, 7, {}),
        (locker, 9, {}),
        (locker, 7, {"ObjectLockLegalHoldStatus": "ON"}),
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            put(client, days, **also)
