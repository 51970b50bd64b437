"""Snapshots' archive tier and Recycle Bin.

AWS: ModifySnapshotTier moves a completed snapshot to the archive tier, where nothing can be created from it.
RestoreSnapshotTier brings it back for good or for 1 to 180 days; until it returns to the archive tier,
DescribeSnapshots shows RestoreExpiryTime. A deleted snapshot that matches a retention rule lies in the
Recycle Bin, unseen by DescribeSnapshots; it keeps its tags, which may be changed, and
RestoreSnapshotFromRecycleBin brings it back (EBS user guide "Archive Amazon EBS snapshots" and "Recycle
Bin").
Here moves to both tiers are immediate, and the setting recycle_bin_days is a rule for all snapshots.
ministack: none of the actions exists.
"""

from datetime import datetime, timedelta
from typing import Any

from ministack.services import ec2

from sandbox.aws.ec2_answers import Answer, Params, error, xml
from sandbox.aws.private import require, require_keys
from sandbox.aws.snapshots import stamp
from sandbox.aws.world import World

MOST_DAYS = 180


def install(world: World) -> None:
    """Add the actions, let DeleteSnapshot fill the bin, and refuse volumes from archived snapshots."""
    require(ec2, "_ACTION_MAP", "_snapshots", "_tags", "_p", "_parse_member_list", "_snapshot_inner_xml")
    require_keys(ec2._ACTION_MAP, "ec2._ACTION_MAP", "DeleteSnapshot", "CreateVolume", "DescribeSnapshots")
    actions = ec2._ACTION_MAP
    delete, describe, make = actions["DeleteSnapshot"], actions["DescribeSnapshots"], actions["CreateVolume"]
    shown = ec2._snapshot_inner_xml
    ec2._snapshot_inner_xml = lambda record: shown(record) + _expiry_xml(record)
    actions["ModifySnapshotTier"] = lambda params: _archive(world, params)
    actions["RestoreSnapshotTier"] = lambda params: _restore(world, params)
    actions["ListSnapshotsInRecycleBin"] = lambda params: _list_bin(world, params)
    actions["RestoreSnapshotFromRecycleBin"] = lambda params: _take_out(world, params)
    actions["DeleteSnapshot"] = lambda params: _delete(world, params, delete)
    actions["DescribeSnapshots"] = lambda params: _settled(world, params, describe)
    actions["CreateVolume"] = lambda params: _make_volume(world, params, make)


def _archive(world: World, params: Params) -> Answer:
    record = ec2._snapshots.get(ec2._p(params, "SnapshotId"))
    if record is None:
        return _not_found(params)
    if record["State"] != "completed" or record["StorageTier"] == "archive":
        return error("IncorrectState", f"Snapshot {record['SnapshotId']} cannot be archived now.")
    record["StorageTier"] = "archive"
    return xml("ModifySnapshotTierResponse", _id_xml(record))


def _restore(world: World, params: Params) -> Answer:
    record = ec2._snapshots.get(ec2._p(params, "SnapshotId"))
    if record is None:
        return _not_found(params)
    if record["StorageTier"] != "archive":
        return error("IncorrectState", f"Snapshot {record['SnapshotId']} is not in the archive tier.")
    days = int(ec2._p(params, "TemporaryRestoreDays") or 1)
    if not 1 <= days <= MOST_DAYS:
        return error("InvalidParameterValue", f"TemporaryRestoreDays must be between 1 and {MOST_DAYS}.")
    record.pop("_restored_until", None)
    if ec2._p(params, "PermanentRestore") == "true":
        record["StorageTier"] = "standard"
    else:
        record["_restored_until"] = world.clock.now() + timedelta(days=days)
    return xml("RestoreSnapshotTierResponse", _id_xml(record))


def _settled(world: World, params: Params, then: Any) -> Answer:
    """End temporary restores whose time has come."""
    for record in ec2._snapshots.values():
        if record.get("_restored_until") and record["_restored_until"] <= world.clock.now():
            del record["_restored_until"]
    answer: Answer = then(params)
    return answer


def _make_volume(world: World, params: Params, then: Any) -> Answer:
    record = ec2._snapshots.get(ec2._p(params, "SnapshotId"))
    if record and record["StorageTier"] == "archive" and not _is_restored(record, world.clock.now()):
        return error("IncorrectState", f"Snapshot {record['SnapshotId']} is in the archive tier.")
    answer: Answer = then(params)
    return answer


def _is_restored(record: dict[str, Any], now: datetime) -> bool:
    return bool(record.get("_restored_until")) and record["_restored_until"] > now


def _delete(world: World, params: Params, then: Any) -> Answer:
    snapshot_id = ec2._p(params, "SnapshotId")
    record, tags = ec2._snapshots.get(snapshot_id), ec2._tags.get(snapshot_id)
    answer: Answer = then(params)
    days = world.settings.recycle_bin_days
    if record and days and answer[0] == 200:
        record["_binned"] = world.clock.now()
        record["_leaves_bin"] = world.clock.now() + timedelta(days=days)
        world.recycle_bin[snapshot_id] = record
        if tags is not None:
            ec2._tags[snapshot_id] = tags
    return answer


def _in_bin(world: World) -> dict[str, dict[str, Any]]:
    """What lies in the bin of the caller's account and Region."""
    now, here = world.clock.now(), (ec2.get_account_id(), ec2.get_region())
    lying = {name: each for name, each in world.recycle_bin.items() if each["_scope"] == here}
    for snapshot_id in [name for name, each in lying.items() if each["_leaves_bin"] <= now]:
        del world.recycle_bin[snapshot_id], lying[snapshot_id]
        ec2._tags.pop(snapshot_id, None)
    return lying


def _list_bin(world: World, params: Params) -> Answer:
    lying, ids = _in_bin(world), ec2._parse_member_list(params, "SnapshotId")
    if any(each not in lying for each in ids):
        return error("InvalidSnapshotID.NotFound", f"The snapshot '{ids[0]}' is not in the Recycle Bin.")
    items = "".join(
        f"<item>{_id_xml(each)}<recycleBinEnterTime>{stamp(each['_binned'])}</recycleBinEnterTime>"
        f"<recycleBinExitTime>{stamp(each['_leaves_bin'])}</recycleBinExitTime></item>"
        for name, each in lying.items()
        if not ids or name in ids
    )
    return xml("ListSnapshotsInRecycleBinResponse", f"<snapshotSet>{items}</snapshotSet>")


def _take_out(world: World, params: Params) -> Answer:
    record = _in_bin(world).get(ec2._p(params, "SnapshotId"))
    if record is None:
        return _not_found(params)
    del world.recycle_bin[record["SnapshotId"]]
    ec2._snapshots[record["SnapshotId"]] = record
    return xml("RestoreSnapshotFromRecycleBinResponse", _id_xml(record))


def _expiry_xml(record: dict[str, Any]) -> str:
    until = record.get("_restored_until")
    return f"<restoreExpiryTime>{stamp(until)}</restoreExpiryTime>" if until else ""


def _id_xml(record: dict[str, Any]) -> str:
    return f"<snapshotId>{record['SnapshotId']}</snapshotId>"


def _not_found(params: Params) -> Answer:
    return error("InvalidSnapshot.NotFound", f"The snapshot '{ec2._p(params, 'SnapshotId')}' does not exist.")
