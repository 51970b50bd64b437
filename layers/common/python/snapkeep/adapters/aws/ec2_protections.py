"""What protects a snapshot from deletion in EC2: locks and AMIs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from snapkeep.adapters.aws.ec2_errors import ec2_errors
from snapkeep.adapters.aws.session import chunks
from snapkeep.domain.retention.candidates import Protection, backs_image, locked

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

IDS = 200
"""Snapshots per call: the most values one filter accepts."""

LOCKED = frozenset({"compliance", "compliance-cooloff", "governance"})
"""Lock states in which DeleteSnapshot is refused; `expired` is the fourth.
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-snapshot-lock.html
"""


def protections(ec2: EC2Client, snapshot_ids: Sequence[str]) -> Mapping[str, tuple[Protection, ...]]:
    """The locks on these snapshots and the AMIs made of them; free ones are absent."""
    found: dict[str, tuple[Protection, ...]] = {}
    for some in chunks(snapshot_ids, IDS):
        with ec2_errors(f"look for locks and AMIs of {len(some)} snapshots"):
            for snapshot_id, protection in [*_locks(ec2, some), *_images(ec2, some)]:
                found[snapshot_id] = (*found.get(snapshot_id, ()), protection)
    return found


def is_locked(ec2: EC2Client, snapshot_id: str) -> bool:
    """True while the snapshot is locked."""
    with ec2_errors(f"look for a lock of {snapshot_id}"):
        return bool(_locks(ec2, [snapshot_id]))


def _locks(ec2: EC2Client, snapshot_ids: Sequence[str]) -> list[tuple[str, Protection]]:
    """botocore has no paginator for this call."""
    found: list[tuple[str, Protection]] = []
    request: dict[str, Any] = {"SnapshotIds": list(snapshot_ids)}
    while True:
        answer = ec2.describe_locked_snapshots(**request)
        for item in answer.get("Snapshots", []):
            if item["LockState"] in LOCKED:
                protection = locked(item["LockState"], item.get("LockExpiresOn"))
                found.append((item["SnapshotId"], protection))
        if not answer.get("NextToken"):
            return found
        request["NextToken"] = answer["NextToken"]


def _images(ec2: EC2Client, snapshot_ids: Sequence[str]) -> list[tuple[str, Protection]]:
    asked = set(snapshot_ids)
    pages = ec2.get_paginator("describe_images").paginate(
        Owners=["self"],
        Filters=[{"Name": "block-device-mapping.snapshot-id", "Values": list(snapshot_ids)}],
    )
    return [
        (used, backs_image(image["ImageId"]))
        for page in pages
        for image in page["Images"]
        for device in image.get("BlockDeviceMappings", [])
        if (used := device.get("Ebs", {}).get("SnapshotId", "")) in asked
    ]
