"""EBS snapshots as on AWS: pending for a while, then completed or error, with an event at the end.

The records are ministack's own; keys that begin with an underscore are the sandbox's and never shown.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from ministack.services import ec2

from sandbox.aws import contents, ebs_events
from sandbox.aws.scope import request_scope
from sandbox.aws.world import World

Record = dict[str, Any]
FAILED = "The snapshot could not be completed."
Trouble = Callable[[], str]
"""What goes wrong at the end of a snapshot, in EC2's words; empty if it completes."""


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
    shown = {
        "VolumeId": volume["VolumeId"],
        "VolumeSize": volume["Size"],
        "Description": description,
        "Encrypted": volume["Encrypted"],
        "KmsKeyId": volume.get("KmsKeyId", ""),
    }
    failed = FAILED if take_one(world, world.snapshot_outcomes, volume["VolumeId"]) else ""
    record = pending(world, shown, world.settings.snapshot_seconds, lambda: failed, started)
    record["_group"] = group
    contents.inherit(record, volume)
    return keep(world, record, tags)


def pending(
    world: World, shown: Record, seconds: float | None, trouble: Trouble, started: datetime | None = None
) -> Record:
    """Return a new record in the caller's account and Region that stays pending for `seconds`."""
    now, started = world.clock.now(), started or world.told_time()
    return {
        **shown,
        "SnapshotId": ec2._new_snapshot_id(),
        "State": "pending",
        "StartTime": stamp(started),
        "Progress": "0%",
        "OwnerId": ec2.get_account_id(),
        "StorageTier": "standard",
        "_began": now,
        "_started": started,
        "_completes": None if seconds is None else now + timedelta(seconds=seconds),
        "_visible": now + timedelta(seconds=world.settings.describe_lag_seconds),
        "_group": "",
        "_trouble": trouble,
        "_scope": (ec2.get_account_id(), ec2.get_region()),
    }


def keep(world: World, record: Record, tags: list[dict[str, str]]) -> Record:
    """Store a pending record with its tags, and return it."""
    if tags:
        ec2._tags[record["SnapshotId"]] = tags
    with world.lock:
        ec2._snapshots[record["SnapshotId"]] = record
        world.pending[record["SnapshotId"]] = record
    return record


def settle_due(world: World) -> None:
    """Complete (or fail) every pending snapshot whose time has come, and send its event."""
    now = world.clock.now()
    with world.lock:
        due = [each for each in world.pending.values() if each["_completes"] and each["_completes"] <= now]
    for record in due:
        if trouble := record["_trouble"]():
            settle(world, record, "error", trouble)
        else:
            settle(world, record, "completed")
    with world.lock:
        for record in world.pending.values():
            record["Progress"] = _progress(record, now)


def settle(world: World, record: Record, state: str, trouble: str = FAILED) -> None:
    """End a pending snapshot in `state` (`completed` or `error`), and send its event.

    A snapshot deleted while pending ends without an event. A CreateSnapshots set reports once, when its last
    member is done ("EBS Multi-Volume Snapshots Completion Status", EventBridge events for Amazon EBS). A lock
    set while the snapshot was pending is cancelled if it fails (EBS user guide, "Considerations for Amazon
    EBS snapshot lock"). Only a copy shows its `trouble` (API Snapshot, StateMessage).
    """
    with world.lock:
        if world.pending.pop(record["SnapshotId"], None) is None:
            return
        record["State"] = state
        record["_ended"], record["_ended_at"] = world.told_time(), world.clock.now()
        if state == "completed":
            record.update(Progress="100%", CompletionTime=stamp(record["_ended"]))
        else:
            record.pop("_lock", None)
            record["StateMessage"] = trouble if "_source" in record else ""
    with request_scope(*record["_scope"]):
        if record["_group"]:
            _end_group(world, record["_group"])
        elif record["SnapshotId"] in ec2._snapshots:
            announce = ebs_events.copy_ended if "_source" in record else ebs_events.snapshot_ended
            announce(world, record)


def _end_group(world: World, group: str) -> None:
    members = [each for each in ec2._snapshots.values() if each.get("_group") == group]
    if members and all(each["State"] != "pending" for each in members):
        ebs_events.group_ended(world, members)


def take_one(world: World, outcomes: dict[str, int], name: str) -> bool:
    """Count down the failures still to happen to `name` (or to `*`, anything); True if there was one."""
    with world.lock:
        for key in (name, "*"):
            if outcomes.get(key, 0) > 0:
                outcomes[key] -= 1
                return True
    return False


def _progress(record: Record, now: datetime) -> str:
    if record["_completes"] is None:
        return "0%"
    total = (record["_completes"] - record["_began"]).total_seconds()
    done = (now - record["_began"]).total_seconds()
    return f"{min(99, int(100 * done / total)) if total > 0 else 0}%"
