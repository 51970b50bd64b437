"""The archive tier and the Recycle Bin, as EC2 has them, and what our adapter reads of them."""

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.control import AwsControl
from snapkeep.adapters.aws.ec2 import Ec2Snapshots

WHERE = {"AvailabilityZone": "ap-northeast-2a"}


@pytest.fixture
def snapshot(ec2: Any, control: AwsControl, volume: str) -> str:
    """A completed snapshot with a tag."""
    made = str(ec2.create_snapshot(VolumeId=volume)["SnapshotId"])
    ec2.create_tags(Resources=[made], Tags=[{"Key": "snapkeep:managed", "Value": "true"}])
    control.settle_snapshot(made)
    return made


def described(ec2: Any, snapshot: str) -> dict[str, Any]:
    (found,) = ec2.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"]
    return dict(found)


def code_of(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return str(refused.value.response["Error"]["Code"])


def test_nothing_is_made_of_an_archived_snapshot_until_it_is_back(ec2: Any, snapshot: str) -> None:
    ours = Ec2Snapshots(ec2, ec2)
    ec2.modify_snapshot_tier(SnapshotId=snapshot, StorageTier="archive")
    assert described(ec2, snapshot)["StorageTier"] == "archive"
    found = ours.get(snapshot)
    assert found is not None and found.archived
    assert code_of(ec2.create_volume, SnapshotId=snapshot, **WHERE) == "IncorrectState"
    ec2.restore_snapshot_tier(SnapshotId=snapshot, PermanentRestore=True)
    found = ours.get(snapshot)
    assert found is not None and not found.archived and found.back_to_archive_at is None
    assert ec2.create_volume(SnapshotId=snapshot, **WHERE)["SnapshotId"] == snapshot


def test_a_restore_for_a_time_says_when_it_ends(ec2: Any, control: AwsControl, snapshot: str) -> None:
    ours = Ec2Snapshots(ec2, ec2)
    ec2.modify_snapshot_tier(SnapshotId=snapshot, StorageTier="archive")
    ec2.restore_snapshot_tier(SnapshotId=snapshot, TemporaryRestoreDays=7)
    found = ours.get(snapshot)
    assert found is not None and not found.archived
    assert found.back_to_archive_at == described(ec2, snapshot)["RestoreExpiryTime"]
    assert ec2.create_volume(SnapshotId=snapshot, **WHERE)["SnapshotId"] == snapshot
    control.advance(timedelta(days=7))
    found = ours.get(snapshot)
    assert found is not None and found.archived
    assert code_of(ec2.create_volume, SnapshotId=snapshot, **WHERE) == "IncorrectState"


def test_a_deleted_snapshot_lies_in_the_bin_and_comes_back_with_its_tags(
    ec2: Any, control: AwsControl, snapshot: str
) -> None:
    control.settings(recycle_bin_days=7)
    ours = Ec2Snapshots(ec2, ec2)
    ours.delete(snapshot)
    assert (ours.get(snapshot), ours.in_bin(snapshot)) == (None, True)
    ec2.create_tags(Resources=[snapshot], Tags=[{"Key": "snapkeep:hold", "Value": "true"}])
    ec2.restore_snapshot_from_recycle_bin(SnapshotId=snapshot)
    found = ours.get(snapshot)
    assert found is not None and ours.in_bin(snapshot) is False
    assert found.tags == {"snapkeep:managed": "true", "snapkeep:hold": "true"}


def test_the_bin_forgets_a_snapshot_at_its_time(ec2: Any, control: AwsControl, snapshot: str) -> None:
    control.settings(recycle_bin_days=7)
    ec2.delete_snapshot(SnapshotId=snapshot)
    control.advance(timedelta(days=7))
    assert Ec2Snapshots(ec2, ec2).in_bin(snapshot) is False
    assert code_of(ec2.restore_snapshot_from_recycle_bin, SnapshotId=snapshot) == "InvalidSnapshot.NotFound"
