"""A stack in the shapes of ours is deployed, runs with its own roles only, and is updated."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sandbox.aws.control import AwsControl
from sandbox.deploy import DeployedStack, DeploymentError, deploy
from sandbox.launch import Sandbox

from .conftest import eventually
from .stack import RUNTIME, write_assembly


@pytest.fixture(scope="module")
def volume(sandbox: Sandbox) -> str:
    ec2 = sandbox.client("ec2")
    made = ec2.create_volume(AvailabilityZone="ap-northeast-2a", Size=20)["VolumeId"]
    ec2.create_tags(Resources=[made], Tags=[{"Key": "backup", "Value": "yes"}])
    return str(made)


@pytest.fixture(scope="module")
def stack(sandbox: Sandbox, volume: str, tmp_path_factory: pytest.TempPathFactory) -> DeployedStack:
    sandbox.aws.register_cluster("myeks", "https://127.0.0.1:1", "LS0t")
    return deploy(write_assembly(tmp_path_factory.mktemp("cdk.out"), volume), sandbox.client)[0]


def test_a_schedule_fires_at_its_slot_and_the_volume_is_backed_up(
    sandbox: Sandbox, control: AwsControl, stack: DeployedStack, volume: str
) -> None:
    control.settings(snapshot_seconds=0)
    slot = next(each.next for each in control.schedules() if each.name == "nightly")
    assert slot is not None

    fired = control.advance_to(slot, only="nightly")
    control.wait_idle()
    snapshot = snapshots_of(sandbox, volume)[0]
    arn = f"arn:aws:ec2:ap-northeast-2::snapshot/{snapshot['SnapshotId']}"

    def announced() -> Any:
        message = receive(sandbox, stack.outputs["Events"])
        return message and message["resources"] == [arn] and message

    message = eventually(announced)

    assert [(each.schedule, each.scheduled_time) for each in fired] == [("nightly", slot)]
    assert slot.astimezone(UTC).hour == 17  # 02:00 in Seoul
    tags = {tag["Key"]: tag["Value"] for tag in snapshot["Tags"]}
    assert tags["snapkeep:slot"] == slot.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert message["detail-type"] == "EBS Snapshot Notification"
    assert message["detail"]["snapshot_id"] == arn
    assert any("[INFO]" in line and "planned" in line for line in control.function_logs("little-plan"))
    assert control.functions()["little-plan"].peak_rss_bytes > 1_000_000


def test_a_spot_warning_reaches_the_topic(
    sandbox: Sandbox, control: AwsControl, stack: DeployedStack
) -> None:
    detail = {"instance-id": "i-1", "instance-action": "terminate"}

    control.put_event("aws.ec2", "EC2 Spot Instance Interruption Warning", detail)

    def warned() -> Any:
        message = receive(sandbox, stack.outputs["Events"])
        return message and "Message" in message and json.loads(message["Message"])["detail"]

    assert eventually(warned) == detail


def test_what_the_template_says_is_what_stands(sandbox: Sandbox, stack: DeployedStack) -> None:
    lambdas, dynamodb = sandbox.client("lambda"), sandbox.client("dynamodb")

    plan = lambdas.get_function(FunctionName="little-plan")
    mapping = lambdas.list_event_source_mappings(FunctionName="little-take")["EventSourceMappings"][0]
    table = dynamodb.describe_table(TableName="little-journal")["Table"]
    ttl = dynamodb.describe_time_to_live(TableName="little-journal")["TimeToLiveDescription"]
    backups = dynamodb.describe_continuous_backups(TableName="little-journal")["ContinuousBackupsDescription"]
    entries = sandbox.client("eks").list_access_entries(clusterName="myeks")["accessEntries"]
    alarms = sandbox.client("cloudwatch").describe_alarms()["MetricAlarms"]

    assert len(alarms) == 2
    assert plan["Configuration"]["DeadLetterConfig"]["TargetArn"].startswith("arn:aws:sqs:")
    assert plan["Concurrency"]["ReservedConcurrentExecutions"] == 3
    assert plan["Tags"]["project"] == "snapkeep"
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 2}
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == ["by-gsi"]
    assert table["DeletionProtectionEnabled"] is True
    assert (ttl["TimeToLiveStatus"], ttl["AttributeName"]) == ("ENABLED", "expires")
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert len(entries) == 1 and ":role/" in entries[0]


def test_an_update_changes_what_changed(
    sandbox: Sandbox, control: AwsControl, stack: DeployedStack, volume: str, tmp_path: Path
) -> None:
    queue = stack.resources["Jobs"]

    updated = deploy(write_assembly(tmp_path, volume, cron="30 3 * * ? *"), sandbox.client)[0]
    again = deploy(tmp_path, sandbox.client)[0]

    schedule = sandbox.client("scheduler").get_schedule(Name="nightly", GroupName="little")
    assert schedule["ScheduleExpression"] == "cron(30 3 * * ? *)"
    assert schedule["ScheduleExpressionTimezone"] == "Asia/Seoul"
    assert updated.resources["Jobs"] == again.resources["Jobs"] == queue
    assert len(sandbox.client("eks").list_access_entries(clusterName="myeks")["accessEntries"]) == 1


def test_a_function_for_another_python_is_refused_in_words(
    sandbox: Sandbox, stack: DeployedStack, volume: str, tmp_path: Path
) -> None:
    other = "python3.14" if RUNTIME != "python3.14" else "python3.13"

    with pytest.raises(DeploymentError, match=f"(?s)(Plan|Take).*asks for runtime {other}.*{RUNTIME}"):
        deploy(write_assembly(tmp_path, volume, runtime=other), sandbox.client)


def snapshots_of(sandbox: Sandbox, volume: str) -> list[dict[str, Any]]:
    filters = [{"Name": "volume-id", "Values": [volume]}]
    return list(sandbox.client("ec2").describe_snapshots(Filters=filters)["Snapshots"])


def receive(sandbox: Sandbox, queue: str) -> Any:
    sqs = sandbox.client("sqs")
    for message in sqs.receive_message(QueueUrl=queue).get("Messages", []):
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return json.loads(message["Body"])
    return None


def test_slots_are_in_utc(control: AwsControl, stack: DeployedStack) -> None:
    upcoming = [each.next for each in control.schedules()]

    assert all(isinstance(slot, datetime) and slot.tzinfo is not None for slot in upcoming)
