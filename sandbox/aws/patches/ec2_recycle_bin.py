"""Snapshots' Recycle Bin.

AWS: a deleted snapshot that matches a retention rule lies in the Recycle Bin, unseen by DescribeSnapshots;
it keeps its tags, which may be changed, and RestoreSnapshotFromRecycleBin brings it back (EBS user guide
"Recycle Bin").
Here the setting recycle_bin_days is a rule for all snapshots.
ministack: none of the actions exists.
"""

from datetime import timedelta
from typing import Any

from ministack.services import ec2

from sandbox.aws.ec2_answers import Answer, Params, error, xml
from sandbox.aws.private import require, require_keys
from sandbox.aws.snapshots import stamp
from sandbox.aws.world import World


def install(world: World) -> None:
    """Add the actions, and let DeleteSnapshot fill the bin."""
    require(ec2, "_ACTION_MAP", "_snapshots", "_tags", "_p", "_parse_member_list")
    require_keys(ec2._ACTION_MAP, "ec2._ACTION_MAP", "DeleteSnapshot")
    actions = ec2._ACTION_MAP
    delete = actions["DeleteSnapshot"]
    actions["ListSnapshotsInRecycleBin"] = lambda params: _list_bin(world, params)
    actions["RestoreSnapshotFromRecycleBin"] = lambda params: _take_out(world, params)
    actions["DeleteSnapshot"] = lambda params: _delete(world, params, delete)


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
    name = ec2._p(params, "SnapshotId")
    record = _in_bin(world).get(name)
    if record is None:
        return error("InvalidSnapshot.NotFound", f"The snapshot '{name}' does not exist.")
    del world.recycle_bin[name]
    ec2._snapshots[name] = record
    return xml("RestoreSnapshotFromRecycleBinResponse", _id_xml(record))


def _id_xml(record: dict[str, Any]) -> str:
    return f"<snapshotId>{record['SnapshotId']}</snapshotId>"
