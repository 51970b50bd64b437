"""EBS snapshots as on AWS: pending for a while, then completed or error, with an event at the end.

The records are ministack's own; keys that begin with an underscore are the sandbox's and never shown.
"""

from datetime import datetime, timedelta
from typing import Any

from ministack.services import ec2

from sandbox.aws import ebs_events
from sandbox.aws.scope import request_scope
from sandbox.aws.world import World

Record = dict[str, Any]


def stamp(moment: datetime) -> str:
    """Return a time in EC2's format."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def begin(
    world: World,
    volume: Record,
    description: str,
    tags: list[dict[str, str]],
    group: str = "",
    started: datetime | None = None,
) -> Record:
    """Store and return a new pending snapshot of `volume`.

    `group` joins the snapshots of one CreateSnapshots call, which all show the same time `started`.
    """
    now, started = world.clock.now(), started or world.told_time()
    snapshot_id = ec2._new_snapshot_id()
    seconds = world.settings.snapshot_seconds
    record: Record = {
        "SnapshotId": snapshot_id,
        "VolumeId": volume["VolumeId"],
        "VolumeSize": volume["Size"],
        "Description": description,
        "State": "pending",
        "StartTime": stamp(started),
        "Progress": "0%",
        "OwnerId": ec2.get_account_id(),
        "Encrypted": volume["Encrypted"],
        "StorageTier": "standard",
        "_began": now,
        "_started": started,
        "_completes": None if seconds is None else now + timedelta(seconds=seconds),
        "_visible": now + timedelta(seconds=world.settings.describe_lag_seconds),
        "_group": group,
        "_outcome": _outcome(world, volume["VolumeId"]),
        "_scope": (ec2.get_account_id(), ec2.get_region()),
    }
    if tags:
        ec2._tags[snapshot_id] = tags
    with world.lock:
        ec2._snapshots[snapshot_id] = record
        world.pending[snapshot_id] = record
    return record


def settle_due(world: World) -> None:
    """Complete (or fail) every pending snapshot whose time has come, and send its event."""
    now = world.clock.now()
    with world.lock:
        due = [each for each in world.pending.values() if each["_completes"] and each["_completes"] <= now]
    for record in due:
        settle(world, record, record["_outcome"])
    with world.lock:
        for record in world.pending.values():
            record["Progress"] = _progress(record, now)


def settle(world: World, record: Record, state: str) -> None:
    """End a pending snapshot in `state` (`completed` or `error`), and send its event.

    A snapshot deleted while pending ends without an event. A CreateSnapshots set reports once, when its last
    member is done ("EBS Multi-Volume Snapshots Completion Status", EventBridge events for Amazon EBS).
    """
    with world.lock:
        if world.pending.pop(record["SnapshotId"], None) is None:
            return
        record["State"] = state
        record["Progress"] = "100%" if state == "completed" else record["Progress"]
        record["_ended"], record["_ended_at"] = world.told_time(), world.clock.now()
    with request_scope(*record["_scope"]):
        if record["_group"]:
            _end_group(world, record["_group"])
        elif record["SnapshotId"] in ec2._snapshots:
            ebs_events.snapshot_ended(world, record)


def _end_group(world: World, group: str) -> None:
    members = [each for each in ec2._snapshots.values() if each.get("_group") == group]
    if members and all(each["State"] != "pending" for each in members):
        ebs_events.group_ended(world, members)


def _outcome(world: World, volume_id: str) -> str:
    with world.lock:
        for key in (volume_id, "*"):
            if world.snapshot_outcomes.get(key, 0) > 0:
                world.snapshot_outcomes[key] -= 1
                return "error"
    return "completed"


def _progress(record: Record, now: datetime) -> str:
    if record["_completes"] is None:
        return "0%"
    total = (record["_completes"] - record["_began"]).total_seconds()
    done = (now - record["_began"]).total_seconds()
    return f"{min(99, int(100 * done / total)) if total > 0 else 0}%"
