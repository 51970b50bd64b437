"""Snapshots as EC2 takes, shows, locks and deletes them."""

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.control import AwsControl


def state(ec2: Any, snapshot: str) -> str:
    return str(ec2.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"][0]["State"])


def instance_with_two_data_volumes(ec2: Any) -> tuple[str, list[str]]:
    instance = ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    volumes = []
    for device in ("/dev/sdb", "/dev/sdc"):
        volume = ec2.create_volume(AvailabilityZone="ap-northeast-2a", Size=20)["VolumeId"]
        ec2.create_tags(Resources=[volume], Tags=[{"Key": "app", "Value": device}])
        ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device=device)
        volumes.append(volume)
    return instance, volumes


def refusal(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return str(refused.value.response["Error"]["Code"])


def test_a_snapshot_is_pending_until_its_time_has_come(ec2: Any, control: AwsControl, volume: str) -> None:
    control.settings(snapshot_seconds=600)

    begun = ec2.create_snapshot(VolumeId=volume)
    control.advance(timedelta(minutes=5))
    half_way = ec2.describe_snapshots(SnapshotIds=[begun["SnapshotId"]])["Snapshots"][0]
    control.advance(timedelta(minutes=5))

    assert begun["State"] == "pending"
    assert (half_way["State"], half_way["Progress"]) == ("pending", "50%")
    assert state(ec2, begun["SnapshotId"]) == "completed"


def test_a_snapshot_can_end_in_error(ec2: Any, control: AwsControl, volume: str) -> None:
    control.settings(snapshot_seconds=1)
    control.fail_snapshots(volume)

    snapshots = [ec2.create_snapshot(VolumeId=volume)["SnapshotId"] for _ in range(2)]
    control.advance(timedelta(seconds=1))

    assert [state(ec2, each) for each in snapshots] == ["error", "completed"]


def test_a_sixth_pending_snapshot_of_a_volume_is_refused(ec2: Any, control: AwsControl, volume: str) -> None:
    control.settings(snapshot_seconds=None)
    for _ in range(5):
        ec2.create_snapshot(VolumeId=volume)

    assert refusal(ec2.create_snapshot, VolumeId=volume) == "ConcurrentSnapshotLimitExceeded"


def test_two_snapshots_of_a_volume_must_be_fifteen_seconds_apart_when_that_is_asked_for(
    ec2: Any, control: AwsControl
) -> None:
    control.settings(volume_snapshot_spacing_seconds=15)
    instance, volumes = instance_with_two_data_volumes(ec2)
    ec2.create_snapshot(VolumeId=volumes[0])
    ec2.create_snapshot(VolumeId=volumes[1])

    code = "SnapshotCreationPerVolumeRateExceeded"
    assert refusal(ec2.create_snapshot, VolumeId=volumes[0]) == code
    assert refusal(ec2.create_snapshots, InstanceSpecification={"InstanceId": instance}) == code
    control.advance(timedelta(seconds=16))
    ec2.create_snapshot(VolumeId=volumes[0])


def test_the_data_volumes_of_an_instance_are_taken_together(ec2: Any, control: AwsControl) -> None:
    instance, volumes = instance_with_two_data_volumes(ec2)

    taken = ec2.create_snapshots(
        InstanceSpecification={"InstanceId": instance, "ExcludeBootVolume": True},
        CopyTagsFromSource="volume",
        TagSpecifications=[{"ResourceType": "snapshot", "Tags": [{"Key": "snapkeep:run", "Value": "r1"}]}],
    )["Snapshots"]
    one_left_out = ec2.create_snapshots(
        InstanceSpecification={
            "InstanceId": instance,
            "ExcludeBootVolume": True,
            "ExcludeDataVolumeIds": volumes[:1],
        }
    )["Snapshots"]

    assert sorted(each["VolumeId"] for each in taken) == sorted(volumes)
    assert {each["State"] for each in taken} == {"pending"}
    assert len({each["StartTime"] for each in taken}) == 1
    tags = [{tag["Key"]: tag["Value"] for tag in each["Tags"]} for each in taken]
    assert {each["app"] for each in tags} == {"/dev/sdb", "/dev/sdc"}
    assert all(each["snapkeep:run"] == "r1" for each in tags)
    assert [each["VolumeId"] for each in one_left_out] == volumes[1:]


def test_more_than_forty_exclusions_are_refused(ec2: Any, control: AwsControl) -> None:
    instance, _ = instance_with_two_data_volumes(ec2)
    many = [f"vol-{number:017x}" for number in range(41)]

    specification = {"InstanceId": instance, "ExcludeDataVolumeIds": many}

    assert refusal(ec2.create_snapshots, InstanceSpecification=specification) == "InvalidParameterValue"


def test_snapshots_are_listed_in_pages(ec2: Any, control: AwsControl) -> None:
    volumes = [ec2.create_volume(AvailabilityZone="ap-northeast-2a", Size=1)["VolumeId"] for _ in range(3)]
    made = {ec2.create_snapshot(VolumeId=volumes[number % 3])["SnapshotId"] for number in range(12)}
    chosen = [{"Name": "volume-id", "Values": volumes}]

    pages = list(
        ec2.get_paginator("describe_snapshots").paginate(
            OwnerIds=["self"], Filters=chosen, PaginationConfig={"PageSize": 5}
        )
    )
    foreign = ec2.describe_snapshots(OwnerIds=["999999999999"], Filters=chosen)["Snapshots"]

    assert [len(page["Snapshots"]) for page in pages] == [5, 5, 2]
    assert {each["SnapshotId"] for page in pages for each in page["Snapshots"]} == made
    assert foreign == []


def test_an_unknown_filter_is_refused(ec2: Any, control: AwsControl) -> None:
    filters = [{"Name": "sate", "Values": ["completed"]}]

    assert refusal(ec2.describe_snapshots, Filters=filters) == "InvalidParameterValue"


def test_a_new_snapshot_is_invisible_while_reads_lag(ec2: Any, control: AwsControl, volume: str) -> None:
    control.settings(describe_lag_seconds=120)
    made = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    by_volume = [{"Name": "volume-id", "Values": [volume]}]

    too_early = ec2.describe_snapshots(Filters=by_volume)["Snapshots"]
    by_id = refusal(ec2.describe_snapshots, SnapshotIds=[made])
    control.advance(timedelta(seconds=120))

    assert (too_early, by_id) == ([], "InvalidSnapshot.NotFound")
    assert [each["SnapshotId"] for each in ec2.describe_snapshots(Filters=by_volume)["Snapshots"]] == [made]


def test_a_volume_takes_size_and_encryption_from_its_snapshot(ec2: Any, control: AwsControl) -> None:
    control.settings(snapshot_seconds=0)
    place = {"AvailabilityZone": "ap-northeast-2a"}
    source = ec2.create_volume(**place, Size=20, Encrypted=True)["VolumeId"]
    snapshot = ec2.create_snapshot(VolumeId=source)["SnapshotId"]

    restored = ec2.create_volume(**place, SnapshotId=snapshot)
    larger = ec2.create_volume(**place, SnapshotId=snapshot, Size=40)

    assert (restored["Size"], restored["Encrypted"], larger["Size"]) == (20, True, 40)
    assert refusal(ec2.create_volume, **place, SnapshotId=snapshot, Size=10) == "InvalidParameterValue"
    assert refusal(ec2.create_volume, **place, SnapshotId="snap-00000000") == "InvalidSnapshot.NotFound"


def test_a_dry_run_creates_nothing(ec2: Any, control: AwsControl, volume: str) -> None:
    assert refusal(ec2.create_snapshot, VolumeId=volume, DryRun=True) == "DryRunOperation"
    assert ec2.describe_snapshots(Filters=[{"Name": "volume-id", "Values": [volume]}])["Snapshots"] == []


def test_a_locked_snapshot_cannot_be_deleted_until_it_is_unlocked(
    ec2: Any, control: AwsControl, volume: str
) -> None:
    snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    ec2.lock_snapshot(SnapshotId=snapshot, LockMode="governance", LockDuration=7)

    locked = ec2.describe_locked_snapshots(SnapshotIds=[snapshot])["Snapshots"][0]
    refused = refusal(ec2.delete_snapshot, SnapshotId=snapshot)
    ec2.unlock_snapshot(SnapshotId=snapshot)
    ec2.delete_snapshot(SnapshotId=snapshot)

    assert (locked["LockState"], locked["LockDuration"]) == ("governance", 7)
    assert refused == "SnapshotLocked"
    assert refusal(ec2.delete_snapshot, SnapshotId=snapshot) == "InvalidSnapshot.NotFound"


def test_a_snapshot_locked_while_pending_counts_its_days_from_when_it_completes(
    ec2: Any, control: AwsControl, volume: str
) -> None:
    control.settings(snapshot_seconds=3600)
    snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    pending = ec2.lock_snapshot(SnapshotId=snapshot, LockMode="governance", LockDuration=1)
    control.advance(timedelta(hours=1))
    (locked,) = ec2.describe_locked_snapshots(SnapshotIds=[snapshot])["Snapshots"]

    control.advance(timedelta(hours=23, minutes=30))
    refused = refusal(ec2.delete_snapshot, SnapshotId=snapshot)
    control.advance(timedelta(hours=1))
    ec2.delete_snapshot(SnapshotId=snapshot)

    assert "LockExpiresOn" not in pending and "LockDurationStartTime" not in pending
    assert locked["LockExpiresOn"] - locked["LockDurationStartTime"] == timedelta(days=1)
    assert refused == "SnapshotLocked"


def test_after_its_cool_off_a_compliance_lock_can_only_be_made_longer(
    ec2: Any, control: AwsControl, volume: str
) -> None:
    control.settings(snapshot_seconds=1)
    snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    control.advance(timedelta(seconds=1))
    compliance = {"SnapshotId": snapshot, "LockMode": "compliance"}
    cooling = ec2.lock_snapshot(**compliance, LockDuration=10, CoolOffPeriod=2)["LockState"]
    ec2.unlock_snapshot(SnapshotId=snapshot)
    ec2.lock_snapshot(**compliance, LockDuration=10, CoolOffPeriod=2)
    control.advance(timedelta(hours=2))

    refused = [
        refusal(ec2.unlock_snapshot, SnapshotId=snapshot),
        refusal(ec2.lock_snapshot, **compliance, LockDuration=5),
        refusal(ec2.lock_snapshot, SnapshotId=snapshot, LockMode="governance", LockDuration=20),
        refusal(ec2.lock_snapshot, **compliance, LockDuration=20, CoolOffPeriod=2),
    ]
    longer = ec2.lock_snapshot(**compliance, LockDuration=20)

    assert cooling == "compliance-cooloff"
    assert refused == ["SnapshotLocked"] * 4
    assert (longer["LockState"], longer["LockDuration"]) == ("compliance", 20)


@pytest.mark.parametrize(
    "lock",
    [
        {"LockMode": "governance", "LockDuration": 7, "CoolOffPeriod": 1},
        {"LockMode": "compliance", "LockDuration": 7, "CoolOffPeriod": 73},
        {"LockMode": "governance", "LockDuration": 36501},
        {"LockMode": "governance"},
    ],
)
def test_a_lock_that_ec2_does_not_know_is_refused(
    ec2: Any, control: AwsControl, volume: str, lock: dict[str, Any]
) -> None:
    snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]

    assert refusal(ec2.lock_snapshot, SnapshotId=snapshot, **lock).startswith(("InvalidParameter", "Missing"))
    assert ec2.describe_locked_snapshots(SnapshotIds=[snapshot])["Snapshots"] == []
