"""Instances live and end as on AWS: what EC2 shows of them, and the events of their last two minutes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.control import AwsControl
from sandbox.aws.control_calls import ControlError
from sandbox.launch import Sandbox
from tests.contract.sandbox_aws.conftest import eventually


@pytest.fixture
def instance(ec2: Any) -> str:
    made = ec2.run_instances(
        ImageId="ami-0123456789abcdef0",
        MinCount=1,
        MaxCount=1,
        InstanceMarketOptions={"MarketType": "spot"},
        PrivateIpAddress="192.168.1.77",
    )
    return str(made["Instances"][0]["InstanceId"])


@pytest.fixture
def heard(sandbox: Sandbox, instance: str) -> Iterator[Any]:
    """Takes the next event about the instance off a queue: its detail-type and detail."""
    sqs, events = sandbox.client("sqs"), sandbox.client("events")
    url = sqs.create_queue(QueueName="heard-of-instances")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allowed = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    access = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": access})
    # Snapshots that other tests left pending are announced by EC2 as well.
    pattern = {"source": ["aws.ec2"], "detail": {"instance-id": [instance]}}
    events.put_rule(Name="hear-instances", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="hear-instances", Targets=[{"Id": "queue", "Arn": arn}])

    def take() -> tuple[str, dict[str, Any]]:
        (message,) = eventually(lambda: sqs.receive_message(QueueUrl=url).get("Messages"))
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        event = json.loads(message["Body"])
        return event["detail-type"], event["detail"]

    yield take
    events.remove_targets(Rule="hear-instances", Ids=["queue"])
    events.delete_rule(Name="hear-instances")
    sqs.delete_queue(QueueUrl=url)


def shown(ec2: Any, instance: str) -> dict[str, Any]:
    found: dict[str, Any] = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    return found


def state_change(instance: str, state: str) -> tuple[str, dict[str, Any]]:
    return "EC2 Instance State-change Notification", {"instance-id": instance, "state": state}


def test_an_instance_shows_its_volumes_its_name_and_that_it_is_spot(
    ec2: Any, instance: str, volume: str
) -> None:
    ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/xvdaa")

    record = shown(ec2, instance)

    devices = {each["DeviceName"]: each["Ebs"]["VolumeId"] for each in record["BlockDeviceMappings"]}
    assert devices["/dev/xvdaa"] == volume
    assert record["RootDeviceName"] in devices
    assert record["PrivateDnsName"] == "ip-192-168-1-77.ap-northeast-2.compute.internal"
    assert record["InstanceLifecycle"] == "spot"

    ec2.detach_volume(VolumeId=volume, InstanceId=instance)
    assert volume not in [each["Ebs"]["VolumeId"] for each in shown(ec2, instance)["BlockDeviceMappings"]]


def test_a_volume_is_attached_to_one_instance_and_detached_from_that_one_only(
    ec2: Any, instance: str, volume: str
) -> None:
    other = ec2.run_instances(ImageId="ami-0123456789abcdef0", MinCount=1, MaxCount=1)
    stranger = other["Instances"][0]["InstanceId"]
    ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/xvdaa")

    with pytest.raises(ClientError, match="VolumeInUse"):
        ec2.attach_volume(VolumeId=volume, InstanceId=stranger, Device="/dev/xvdaa")
    with pytest.raises(ClientError, match="IncorrectState"):
        ec2.detach_volume(VolumeId=volume, InstanceId=stranger)


def test_an_interruption_is_announced_and_carried_out_two_minutes_later(
    ec2: Any, control: AwsControl, instance: str, volume: str, heard: Any
) -> None:
    ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/xvdaa")

    control.interrupt(instance)

    announced = {"instance-id": instance, "instance-action": "terminate"}
    assert heard() == ("EC2 Spot Instance Interruption Warning", announced)
    control.advance(timedelta(seconds=115), only="none")
    assert control.instances()[instance] == "running"
    control.advance(timedelta(seconds=6), only="none")
    assert heard() == state_change(instance, "shutting-down")
    assert heard() == state_change(instance, "terminated")
    gone = shown(ec2, instance)
    assert (gone["State"]["Name"], gone.get("PrivateDnsName", ""), gone["BlockDeviceMappings"]) == (
        "terminated",
        "",
        [],
    )
    (freed,) = ec2.describe_volumes(VolumeIds=[volume])["Volumes"]
    assert (freed["State"], freed["Attachments"]) == ("available", [])
    with pytest.raises(ClientError, match="IncorrectState"):
        ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/xvdaa")


def test_an_announcement_may_come_to_nothing(control: AwsControl, instance: str, heard: Any) -> None:
    control.interrupt(instance, dies=False)
    control.advance(timedelta(minutes=10), only="none")

    assert heard()[0] == "EC2 Spot Instance Interruption Warning"
    assert control.instances()[instance] == "running"


def test_a_stopped_instance_keeps_its_volumes_and_runs_again(
    ec2: Any, control: AwsControl, instance: str, volume: str, heard: Any
) -> None:
    ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/xvdaa")

    control.end_instance(instance, "stop")

    assert heard() == state_change(instance, "stopping")
    assert heard() == state_change(instance, "stopped")
    assert ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0]["State"] == "in-use"
    control.run_instance(instance)
    assert heard() == state_change(instance, "running")


def test_terminate_instances_leads_through_shutting_down(
    ec2: Any, control: AwsControl, instance: str
) -> None:
    answer = ec2.terminate_instances(InstanceIds=[instance])

    (change,) = answer["TerminatingInstances"]
    assert (change["PreviousState"]["Name"], change["CurrentState"]["Name"]) == ("running", "shutting-down")
    eventually(lambda: control.instances()[instance] == "terminated")


def test_only_what_runs_can_be_interrupted(control: AwsControl, instance: str) -> None:
    with pytest.raises(ControlError, match="action is 'explode'"):
        control.interrupt(instance, "explode")
    with pytest.raises(ControlError, match="no instance i-00000000000000000 is running"):
        control.interrupt("i-00000000000000000")
