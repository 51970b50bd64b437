"""The events Amazon EBS sends when snapshots end ("Amazon EventBridge events for Amazon EBS").

On AWS they are best effort: not saved, not replayed, possibly duplicated. The settings `snapshot_events`
(copies) and `snapshot_arn_shape` (the documentation shows two) reproduce each case.
"""

from datetime import datetime
from typing import Any

from sandbox.aws import event_bus
from sandbox.aws.world import World

SNAPSHOT = "EBS Snapshot Notification"
GROUP = "EBS Multi-Volume Snapshots Completion Status"


def snapshot_ended(world: World, record: dict[str, Any]) -> None:
    """Send `EBS Snapshot Notification` for a CreateSnapshot snapshot that completed or failed."""
    account, region = record["_scope"]
    arn = _snapshot_arn(world, record)
    detail = {
        "event": "createSnapshot",
        "result": "succeeded" if record["State"] == "completed" else "failed",
        "cause": "" if record["State"] == "completed" else "The snapshot could not be completed.",
        "request-id": "",
        "snapshot_id": arn,
        "source": f"arn:aws:ec2:{region}:{account}:volume/{record['VolumeId']}",
        "startTime": _time(record["_started"]),
        "endTime": _time(record["_ended"]),
    }
    _send(world, SNAPSHOT, detail, [arn], record["_ended"])


def group_ended(world: World, members: list[dict[str, Any]]) -> None:
    """Send `EBS Multi-Volume Snapshots Completion Status` for all snapshots of one CreateSnapshots call.

    One failed member makes the set's result `failed`.
    """
    account, region = members[0]["_scope"]
    at = max(each["_ended"] for each in members)
    failed = any(each["State"] == "error" for each in members)
    arns = [_snapshot_arn(world, each) for each in members]
    detail = {
        "event": "createSnapshots",
        "result": "failed" if failed else "succeeded",
        "cause": "One or more snapshots of the set could not be completed." if failed else "",
        "request-id": "",
        "startTime": _time(min(each["_started"] for each in members)),
        "endTime": _time(at),
        "snapshots": [
            {
                "snapshot_id": arn,
                "source": f"arn:aws:ec2:{region}:{account}:volume/{each['VolumeId']}",
                "status": each["State"],
            }
            for arn, each in zip(arns, members, strict=True)
        ],
    }
    _send(world, GROUP, detail, arns, at)


def _send(world: World, kind: str, detail: dict[str, Any], resources: list[str], at: datetime) -> None:
    event = event_bus.new_event(world, "aws.ec2", kind, detail, resources, at)
    for _copy in range(world.settings.snapshot_events):
        event_bus.deliver(event)


def _snapshot_arn(world: World, record: dict[str, Any]) -> str:
    region = record["_scope"][1]
    if world.settings.snapshot_arn_shape == "account-then-region":
        return f"arn:aws:ec2::{region}:snapshot/{record['SnapshotId']}"
    return f"arn:aws:ec2:{region}::snapshot/{record['SnapshotId']}"


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
