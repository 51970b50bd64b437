"""The events Amazon EBS sends when snapshots end ("Amazon EventBridge events for Amazon EBS").

On AWS they are best effort: not saved, not replayed, possibly duplicated. The settings `snapshot_events` and
`copy_events` (how often one comes) and `snapshot_arn_shape` (the documentation shows three) reproduce each
case.
"""

from datetime import datetime
from typing import Any

from sandbox.aws import event_bus
from sandbox.aws.world import ARN_SHAPES, Scope, World

SNAPSHOT = "EBS Snapshot Notification"
GROUP = "EBS Multi-Volume Snapshots Completion Status"


def snapshot_ended(world: World, record: dict[str, Any]) -> None:
    """Send `EBS Snapshot Notification` for a CreateSnapshot snapshot that completed or failed."""
    account, region = record["_scope"]
    arn = snapshot_arn(world, record)
    detail = {
        "event": "createSnapshot",
        "result": "succeeded" if record["State"] == "completed" else "failed",
        "cause": "" if record["State"] == "completed" else "The snapshot could not be completed.",
        "request-id": "",
        "snapshot_id": arn,
        "source": f"arn:aws:ec2:{region}:{account}:volume/{record['VolumeId']}",
        "startTime": time_of(record["_started"]),
        "endTime": time_of(record["_ended"]),
    }
    send(world, world.settings.snapshot_events, record["_scope"], SNAPSHOT, detail, [arn], record["_ended"])


def copy_ended(world: World, record: dict[str, Any]) -> None:
    """Send `EBS Snapshot Notification` for a copy that completed or failed, where the copy lies.

    `incremental` is a string; it and the type of transfer are missing from a failure.
    """
    done, source = record["State"] == "completed", record["_source"]
    arn = snapshot_arn(world, record)
    detail = {
        "event": "copySnapshot",
        "result": "succeeded" if done else "failed",
        "cause": "" if done else record["StateMessage"],
        "request-id": "",
        "snapshot_id": arn,
        "source": _arn(world, source["id"], source["account"], source["region"]),
        "startTime": time_of(record["_started"]),
        "endTime": time_of(record["_ended"]),
    }
    if done:
        detail |= {"incremental": str(record["_incremental"]).lower(), "transferType": record["TransferType"]}
        if record["CompletionDurationMinutes"]:
            detail["completionDurationStartTime"] = time_of(record["_started"])
    send(world, world.settings.copy_events, record["_scope"], SNAPSHOT, detail, [arn], record["_ended"])


def snapshot_shared(world: World, record: dict[str, Any], receiver: str) -> None:
    """Tell an account, in the Region of a snapshot, that it was shared with it; `source` is the owner."""
    owner, region = record["_scope"]
    arn, now = snapshot_arn(world, record), world.told_time()
    detail = {
        "event": "shareSnapshot",
        "result": "succeeded",
        "cause": "",
        "request-id": "",
        "snapshot_id": arn,
        "source": owner,
        "startTime": time_of(now),
        "endTime": time_of(now),
    }
    send(world, world.settings.snapshot_events, (receiver, region), SNAPSHOT, detail, [arn], now)


def group_ended(world: World, members: list[dict[str, Any]]) -> None:
    """Send `EBS Multi-Volume Snapshots Completion Status` for all snapshots of one CreateSnapshots call.

    One failed member makes the set's result `failed`.
    """
    account, region = members[0]["_scope"]
    at = max(each["_ended"] for each in members)
    failed = any(each["State"] == "error" for each in members)
    arns = [snapshot_arn(world, each) for each in members]
    detail = {
        "event": "createSnapshots",
        "result": "failed" if failed else "succeeded",
        "cause": "One or more snapshots of the set could not be completed." if failed else "",
        "request-id": "",
        "startTime": time_of(min(each["_started"] for each in members)),
        "endTime": time_of(at),
        "snapshots": [
            {
                "snapshot_id": arn,
                "source": f"arn:aws:ec2:{region}:{account}:volume/{each['VolumeId']}",
                "status": each["State"],
            }
            for arn, each in zip(arns, members, strict=True)
        ],
    }
    send(world, world.settings.snapshot_events, members[0]["_scope"], GROUP, detail, arns, at)


def send(
    world: World,
    times: int,
    scope: Scope,
    kind: str,
    detail: dict[str, Any],
    resources: list[str],
    at: datetime,
) -> None:
    """Put an event on the default bus of an account and Region, as often as `times` says."""
    event = event_bus.new_event(world, "aws.ec2", kind, detail, resources, at, scope=scope)
    for _copy in range(times):
        event_bus.deliver(world, event)


def snapshot_arn(world: World, record: dict[str, Any]) -> str:
    """The ARN of a snapshot in events."""
    return _arn(world, record["SnapshotId"], *record["_scope"])


def _arn(world: World, snapshot_id: str, account: str, region: str) -> str:
    shape = ARN_SHAPES[world.settings.snapshot_arn_shape]
    return shape.format(id=snapshot_id, account=account, region=region)


def time_of(moment: datetime) -> str:
    """A time as events write it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
