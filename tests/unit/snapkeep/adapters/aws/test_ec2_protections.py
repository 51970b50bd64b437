"""Locks and AMIs as EC2 tells them, over all pages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from snapkeep.adapters.aws.ec2_protections import protections
from snapkeep.domain.errors import PermanentError

UNTIL = datetime(2027, 2, 1, tzinfo=UTC)


@pytest.fixture
def client() -> Any:
    return boto3.client("ec2", region_name="ap-northeast-2", aws_access_key_id="a", aws_secret_access_key="b")


def lock(snapshot_id: str, state: str) -> dict[str, Any]:
    return {"SnapshotId": snapshot_id, "LockState": state, "LockExpiresOn": UNTIL}


def test_locks_of_every_page_and_amis_are_told_and_expired_locks_are_not(client: Any) -> None:
    image = {
        "ImageId": "ami-1",
        "BlockDeviceMappings": [
            {"Ebs": {"SnapshotId": "snap-2"}},
            {"Ebs": {"SnapshotId": "snap-foreign"}},
            {"DeviceName": "/dev/sdb"},
        ],
    }
    ids = ["snap-1", "snap-2", "snap-3"]
    with Stubber(client) as ec2:
        page = {"Snapshots": [lock("snap-1", "governance")], "NextToken": "more"}
        ec2.add_response("describe_locked_snapshots", page, {"SnapshotIds": ids})
        last = {"Snapshots": [lock("snap-2", "compliance"), lock("snap-3", "expired")]}
        ec2.add_response("describe_locked_snapshots", last, {"SnapshotIds": ids, "NextToken": "more"})
        ec2.add_response("describe_images", {"Images": [image]})
        found = protections(client, ids)
        ec2.assert_no_pending_responses()
    reasons = {name: [item.reason for item in items] for name, items in found.items()}
    assert reasons == {
        "snap-1": ["locked (governance) until 2027-02-01 00:00 UTC"],
        "snap-2": [
            "locked (compliance) until 2027-02-01 00:00 UTC",
            "used by AMI ami-1: deregister it first",
        ],
    }


def test_a_refused_look_is_an_error_and_not_an_absence_of_locks(client: Any) -> None:
    with Stubber(client) as ec2:
        ec2.add_client_error("describe_locked_snapshots", "UnauthorizedOperation", "no", 403)
        with pytest.raises(PermanentError, match="locks and AMIs of 1 snapshots"):
            protections(client, ["snap-1"])


def test_nothing_is_asked_about_nothing(client: Any) -> None:
    with Stubber(client):
        assert protections(client, []) == {}
