"""The Recycle Bin, as EC2 has it, and what our adapter reads of it."""

from datetime import timedelta
from typing import Any

from sandbox.aws.control import AwsControl
from snapkeep.adapters.aws.ec2 import Ec2Snapshots

from .copying import refusal


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
    code, _ = refusal(ec2.restore_snapshot_from_recycle_bin, SnapshotId=snapshot)
    assert code == "InvalidSnapshot.NotFound"
