"""EBS tells on the default bus that snapshots ended: once, twice, or not at all."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.control import AwsControl
from sandbox.launch import Sandbox

Events = Callable[[], list[dict[str, Any]]]
LET_IN = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": "*",
            "Condition": {
                "ArnEquals": {"aws:SourceArn": "arn:aws:events:ap-northeast-2:111122223333:rule/ebs-events"}
            },
        }
    ],
}


@pytest.fixture
def events(sandbox: Sandbox) -> Iterator[Events]:
    """What a rule for aws.ec2 puts into a queue that lets EventBridge in."""
    sqs, bus = sandbox.client("sqs"), sandbox.client("events")
    url = sqs.create_queue(QueueName="ebs-events", Attributes={"Policy": json.dumps(LET_IN)})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    bus.put_rule(Name="ebs-events", EventPattern=json.dumps({"source": ["aws.ec2"]}))
    bus.put_targets(Rule="ebs-events", Targets=[{"Id": "queue", "Arn": arn}])

    def received() -> list[dict[str, Any]]:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in found]

    yield received
    bus.remove_targets(Rule="ebs-events", Ids=["queue"])
    bus.delete_rule(Name="ebs-events")
    sqs.delete_queue(QueueUrl=url)


def test_a_completed_snapshot_is_announced(
    ec2: Any, control: AwsControl, volume: str, events: Events
) -> None:
    control.settings(snapshot_seconds=60)
    snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    before = events()

    control.advance(timedelta(seconds=60))

    (event,) = events()
    assert before == []
    assert (event["source"], event["detail-type"]) == ("aws.ec2", "EBS Snapshot Notification")
    assert event["account"] == "111122223333"
    assert event["detail"]["event"] == "createSnapshot"
    assert event["detail"]["result"] == "succeeded"
    assert event["detail"]["snapshot_id"] == f"arn:aws:ec2:ap-northeast-2::snapshot/{snapshot}"
    assert event["detail"]["source"] == f"arn:aws:ec2:ap-northeast-2:111122223333:volume/{volume}"


def test_the_other_arn_shape(ec2: Any, control: AwsControl, volume: str, events: Events) -> None:
    control.settings(snapshot_seconds=60, snapshot_arn_shape="account-then-region")
    snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]

    control.settle_snapshot(snapshot, "error")

    (event,) = events()
    assert event["detail"]["result"] == "failed"
    assert event["detail"]["snapshot_id"] == f"arn:aws:ec2::ap-northeast-2:snapshot/{snapshot}"


def test_a_group_is_announced_once_when_its_last_member_ends(
    ec2: Any, control: AwsControl, volume: str, events: Events
) -> None:
    control.settings(snapshot_seconds=None)
    instance = ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/sdb")
    group = ec2.create_snapshots(InstanceSpecification={"InstanceId": instance})["Snapshots"]
    first, second = (each["SnapshotId"] for each in group)

    control.settle_snapshot(first)
    early = events()
    control.settle_snapshot(second, "error")

    (event,) = events()
    assert early == []
    assert event["detail-type"] == "EBS Multi-Volume Snapshots Completion Status"
    assert (event["detail"]["event"], event["detail"]["result"]) == ("createSnapshots", "failed")
    statuses = {each["snapshot_id"].rsplit("/")[-1]: each["status"] for each in event["detail"]["snapshots"]}
    assert statuses == {first: "completed", second: "error"}


@pytest.mark.parametrize("copies", [0, 2])
def test_events_get_lost_or_come_twice(
    ec2: Any, control: AwsControl, volume: str, events: Events, copies: int
) -> None:
    control.settings(snapshot_seconds=60, snapshot_events=copies)
    ec2.create_snapshot(VolumeId=volume)

    control.advance(timedelta(seconds=60))

    ids = [event["id"] for event in events()]
    assert len(ids) == copies
    assert len(set(ids)) == min(copies, 1)


def test_users_may_not_speak_for_aws_but_the_control_endpoint_may(
    sandbox: Sandbox, control: AwsControl, events: Events
) -> None:
    entry = {"Source": "aws.ec2", "DetailType": "x", "Detail": "{}"}

    answer = sandbox.client("events").put_events(Entries=[entry])
    control.put_event(
        "aws.ec2", "EC2 Instance Rebalance Recommendation", {"instance-id": "i-1"}, event_id="same"
    )

    assert answer["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"
    assert [(event["id"], event["detail"]) for event in events()] == [("same", {"instance-id": "i-1"})]


def test_a_queue_that_does_not_let_events_in_gets_none(
    sandbox: Sandbox, control: AwsControl, events: Events
) -> None:
    sqs, bus = sandbox.client("sqs"), sandbox.client("events")
    url = sqs.create_queue(QueueName="closed")["QueueUrl"]
    arn = url.replace(f"{sandbox.aws_url}/111122223333/", "arn:aws:sqs:ap-northeast-2:111122223333:")
    dead_letters = {"Arn": "arn:aws:sqs:ap-northeast-2:111122223333:ebs-events"}
    bus.put_targets(
        Rule="ebs-events", Targets=[{"Id": "closed", "Arn": arn, "DeadLetterConfig": dead_letters}]
    )

    control.put_event(
        "aws.ec2", "EC2 Instance Rebalance Recommendation", {"instance-id": "i-1"}, event_id="one"
    )

    bus.remove_targets(Rule="ebs-events", Ids=["closed"])
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    assert [event["id"] for event in events()] == ["one", "one"]  # delivered, and as a dead letter


def test_an_unknown_setting_is_refused_in_words(control: AwsControl) -> None:
    from sandbox.aws.control_calls import ControlError

    with pytest.raises(ControlError, match=r"no such setting: snapshot_secs; there are .*snapshot_seconds"):
        control.settings(snapshot_secs=1)


def test_a_caller_without_credentials_is_refused(sandbox: Sandbox) -> None:
    import boto3

    stranger = boto3.client(
        "ec2",
        region_name="ap-northeast-2",
        endpoint_url=sandbox.aws_url,
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="wrong",
    )
    with pytest.raises(ClientError, match=r"AuthFailure|InvalidClientTokenId|UnrecognizedClient"):
        stranger.describe_snapshots()
