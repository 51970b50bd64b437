"""What was written on a volume is on its snapshots, on their copies and on the volumes made from those."""

from pathlib import Path
from typing import Any

import pytest

from sandbox.aws.control import AwsControl
from sandbox.aws.control_calls import ControlError
from sandbox.launch import Sandbox

from .regions import HOME, OSAKA


def test_a_volume_made_from_a_copy_elsewhere_holds_what_the_first_held_when_it_was_snapshotted(
    ec2: Any, osaka: Any, control: AwsControl, volume: str, key: str
) -> None:
    control.write_volume(volume, "first post")
    taken = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    control.write_volume(volume, "second post")
    control.settle_snapshot(taken)

    copied = osaka.copy_snapshot(SourceRegion=HOME, SourceSnapshotId=taken, Encrypted=True, KmsKeyId=key)
    control.settle_snapshot(copied["SnapshotId"])
    made = osaka.create_volume(AvailabilityZone=f"{OSAKA}a", SnapshotId=copied["SnapshotId"])

    assert control.read_volume(made["VolumeId"]) == "first post"
    assert control.read_volume(volume) == "second post"


def test_a_new_volume_is_empty(control: AwsControl, volume: str) -> None:
    assert control.read_volume(volume) == ""


def test_a_volume_that_does_not_exist_is_refused(control: AwsControl) -> None:
    with pytest.raises(ControlError, match="no volume vol-1"):
        control.write_volume("vol-1", "lost")


def test_a_volume_that_grows_keeps_its_blocks(
    ec2: Any, sandbox: Sandbox, control: AwsControl, tmp_path: Path
) -> None:
    """EBS user guide, "Modify an Amazon EBS volume using Elastic Volumes operations"."""
    volume = ec2.create_volume(AvailabilityZone=f"{HOME}a", Size=4)["VolumeId"]
    (tmp_path / "image").write_bytes(b"written")
    control.write_image(volume, tmp_path / "image")
    ec2.modify_volume(VolumeId=volume, Size=10)

    taken = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    control.settle_snapshot(taken)
    listed = sandbox.client("ebs").list_snapshot_blocks(SnapshotId=taken)

    assert listed["VolumeSize"] == 10
    assert [each["BlockIndex"] for each in listed["Blocks"]] == [0]
