"""EC2 decides by a snapshot's tags who may archive it, and who may bring it back."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.aws.control import AwsControl

from .copying import refusal
from .regions import HOME

As = Callable[..., Any]


@pytest.mark.parametrize("action", ["ModifySnapshotTier", "RestoreSnapshotTier"])
def test_a_role_moves_only_what_has_the_tag_that_its_policy_names(
    ec2: Any, control: AwsControl, volume: str, snapshot: str, acting_as: As, action: str
) -> None:
    role = acting_as(
        {
            "Effect": "Allow",
            "Action": f"ec2:{action}",
            "Resource": f"arn:aws:ec2:{HOME}::snapshot/*",
            "Condition": {"StringEquals": {"aws:ResourceTag/snapkeep:managed": "true"}},
        }
    )
    other = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    control.settle_snapshot(other)
    if action == "RestoreSnapshotTier":
        control.settings(archive_seconds=0)
        for each in (snapshot, other):
            ec2.modify_snapshot_tier(SnapshotId=each)
        call = role.restore_snapshot_tier
    else:
        call = role.modify_snapshot_tier

    assert refusal(call, SnapshotId=other)[0] == "UnauthorizedOperation"
    assert call(SnapshotId=snapshot)["SnapshotId"] == snapshot
