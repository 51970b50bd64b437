"""A bucket of a stack takes locked objects if its template turns Object Lock on, and else refuses them."""

from __future__ import annotations

import json
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
