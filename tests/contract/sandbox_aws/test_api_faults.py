"""Calls that fail, and calls that are counted."""

from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.aws.control import AwsControl
from sandbox.launch import Sandbox


@pytest.fixture
def impatient_ec2(sandbox: Sandbox) -> Any:
    import boto3

    once = Config(retries={"total_max_attempts": 1})
    return boto3.client(
        "ec2",
        region_name=sandbox.region,
        endpoint_url=sandbox.aws_url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=once,
    )


def test_a_throttled_call_creates_nothing_and_the_next_succeeds(
    impatient_ec2: Any, control: AwsControl, volume: str
) -> None:
    control.fail_call("ec2:CreateSnapshot", "RequestLimitExceeded", status=503)

    with pytest.raises(ClientError, match="RequestLimitExceeded"):
        impatient_ec2.create_snapshot(VolumeId=volume)
    impatient_ec2.create_snapshot(VolumeId=volume)

    assert snapshots_of(impatient_ec2, volume) == 1
    assert control.calls()["ec2:CreateSnapshot"] == 2


def test_a_lost_answer_leaves_the_snapshot_behind(
    impatient_ec2: Any, control: AwsControl, volume: str
) -> None:
    control.fail_call("ec2:CreateSnapshot", "InternalError", status=500, after=True, resource=volume)

    with pytest.raises(ClientError, match="InternalError"):
        impatient_ec2.create_snapshot(VolumeId=volume)

    assert snapshots_of(impatient_ec2, volume) == 1


def snapshots_of(ec2: Any, volume: str) -> int:
    return len(ec2.describe_snapshots(Filters=[{"Name": "volume-id", "Values": [volume]}])["Snapshots"])
