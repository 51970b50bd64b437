"""A bucket that denies plain HTTP serves whoever may read it, as by TLS, and nobody else."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from sandbox.aws.control import AwsControl
from sandbox.launch import Sandbox

BUCKET = "only-by-tls"


@pytest.fixture
def bucket(client: Callable[[str], Any]) -> Any:
    s3 = client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
    resources = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    statement = {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "s3:*",
        "Resource": resources,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_object(Bucket=BUCKET, Key="page", Body=b"page")
    s3.put_bucket_policy(
        Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    return s3


def s3_of_a_user(sandbox: Sandbox, name: str, *actions: str) -> Any:
    """An S3 client of a user who may do just this in the bucket."""
    iam = sandbox.client("iam")
    iam.create_user(UserName=name)
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return boto3.client(
        "s3",
        region_name=sandbox.region,
        endpoint_url=sandbox.aws_url,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )


def test_who_may_read_reads_by_link_too_and_writes_nothing(sandbox: Sandbox, bucket: Any) -> None:
    s3 = s3_of_a_user(sandbox, "page-reader", "s3:GetObject")
    assert s3.get_object(Bucket=BUCKET, Key="page")["Body"].read() == b"page"
    url = s3.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "page"}, 60)
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"page"
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(Bucket=BUCKET, Key="page", Body=b"other")


def test_without_a_signature_nobody_reads(sandbox: Sandbox) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{sandbox.aws_url}/{BUCKET}/page")
    assert refused.value.code == 403


def status_of_link(sandbox: Sandbox, signed_at: datetime, monkeypatch: pytest.MonkeyPatch) -> int:
    """What a link to an object answers that is signed at this time."""
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: signed_at)
    link = sandbox.client("s3").generate_presigned_url(
        "get_object", Params={"Bucket": "links", "Key": "page.html"}, ExpiresIn=300
    )
    try:
        with urllib.request.urlopen(link, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_a_link_may_be_dated_by_the_clock_of_the_sandbox(
    sandbox: Sandbox, control: AwsControl, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="links", CreateBucketConfiguration={"LocationConstraint": sandbox.region})
    s3.put_object(Bucket="links", Key="page.html", Body=b"hello")
    control.advance(timedelta(hours=3), only="none")
    ahead = control.now()

    assert status_of_link(sandbox, ahead, monkeypatch) == 200
    assert status_of_link(sandbox, ahead + timedelta(hours=1), monkeypatch) == 403


def test_objects_are_dated_by_the_clock_of_the_sandbox(sandbox: Sandbox, control: AwsControl) -> None:
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="dates", CreateBucketConfiguration={"LocationConstraint": sandbox.region})
    control.advance(timedelta(days=40), only="none")
    before = control.now()
    s3.put_object(Bucket="dates", Key="page.html", Body=b"hello")

    dated = s3.head_object(Bucket="dates", Key="page.html")["LastModified"]

    assert before - timedelta(seconds=1) <= dated <= control.now()
