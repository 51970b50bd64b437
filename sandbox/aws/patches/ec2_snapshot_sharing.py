"""Snapshots are shared with other accounts, which get an event.

AWS: createVolumePermission takes accounts or the group `all`, at most 500 changes a call and never additions
and removals at once; a snapshot under the aws/ebs key cannot be shared, an encrypted one not made public;
an archived snapshot is shared with nobody; each account that gets a snapshot is sent the event
shareSnapshot (EBS user guide, "Share an Amazon EBS snapshot", "EventBridge for Amazon EBS"; API
ModifySnapshotAttribute).
ministack: every key can be shared, the form CreateVolumePermission={Add, Remove} does nothing, and no event
is sent. What the receiver sees is in ec2_describe_snapshots, what it may copy in ec2_copy_snapshot.
"""

from collections.abc import Iterator
from itertools import count
from typing import Any

from ministack.services import ec2

from sandbox.aws import ebs_events, kms_keys, tiers
from sandbox.aws.ec2_answers import Answer, Params, error, xml
from sandbox.aws.private import require, require_keys
from sandbox.aws.sharing import EVERYONE, PERMISSIONS, Permission
from sandbox.aws.world import World

Record = dict[str, Any]
MOST_CHANGES = 500


def install(world: World) -> None:
    """Replace ModifySnapshotAttribute and DescribeSnapshotAttribute, add ResetSnapshotAttribute."""
    require(ec2, "_ACTION_MAP", "_snapshots", "_p", "_parse_member_list")
    actions = ec2._ACTION_MAP
    require_keys(actions, "ec2._ACTION_MAP", "ModifySnapshotAttribute", "DescribeSnapshotAttribute")
    actions["ModifySnapshotAttribute"] = lambda params: _modify(world, params)
    actions["DescribeSnapshotAttribute"] = _describe
    actions["ResetSnapshotAttribute"] = _reset


def changes(params: Params, operation: str) -> list[Permission]:
    """Return the permissions that a ModifySnapshotAttribute request adds or removes, in both its forms."""
    asked = list(_listed(params, f"CreateVolumePermission.{operation.title()}"))
    if ec2._p(params, "OperationType") == operation:
        asked += [{"UserId": each} for each in ec2._parse_member_list(params, "UserId")]
        asked += [{"Group": each} for each in ec2._parse_member_list(params, "UserGroup")]
    return asked


def _listed(params: Params, prefix: str) -> Iterator[Permission]:
    for number in count(1):
        found = [{name: ec2._p(params, f"{prefix}.{number}.{name}")} for name in ("UserId", "Group")]
        found = [each for each in found if any(each.values())]
        if not found:
            return
        yield from found


def _modify(world: World, params: Params) -> Answer:
    record = ec2._snapshots.get(ec2._p(params, "SnapshotId"))
    if record is None:
        return _not_found(params)
    added, removed = changes(params, "add"), changes(params, "remove")
    if refused := _refusal(world, record, added, removed):
        return refused
    before = record.get(PERMISSIONS, [])
    new = [each for each in added if each not in before]
    record[PERMISSIONS] = [each for each in before if each not in removed] + new
    for each in new:
        if "UserId" in each:
            ebs_events.snapshot_shared(world, record, each["UserId"])
    return xml("ModifySnapshotAttributeResponse", "<return>true</return>")


def _refusal(
    world: World, record: Record, added: list[Permission], removed: list[Permission]
) -> Answer | None:
    if not added and not removed:
        return error("InvalidParameterCombination", "No createVolumePermission is added or removed.")
    if added and removed:
        return error("InvalidParameterCombination", "Permissions are added or removed, not both at once.")
    if len(added) + len(removed) > MOST_CHANGES:
        return error("InvalidParameterValue", f"At most {MOST_CHANGES} permissions are changed at once.")
    key = kms_keys.find(record["KmsKeyId"]) if record.get("KmsKeyId") else None
    if added and key and kms_keys.is_managed(key):
        text = "Encrypted snapshots with EBS default key cannot be shared"
        return error("OperationNotPermitted", text)
    if EVERYONE in added and record["Encrypted"]:
        return error("OperationNotPermitted", "Encrypted snapshots cannot be made public")
    if added and tiers.is_archived(world, record):
        return error("IncorrectState", f"Snapshot {record['SnapshotId']} is in the archive tier.")
    return None


def _describe(params: Params) -> Answer:
    record = ec2._snapshots.get(ec2._p(params, "SnapshotId"))
    if record is None:
        return _not_found(params)
    items = "".join(
        f"<item><{name[0].lower()}{name[1:]}>{value}</{name[0].lower()}{name[1:]}></item>"
        for each in record.get(PERMISSIONS, [])
        for name, value in each.items()
    )
    return xml(
        "DescribeSnapshotAttributeResponse",
        f"<snapshotId>{record['SnapshotId']}</snapshotId>"
        f"<createVolumePermission>{items}</createVolumePermission>",
    )


def _reset(params: Params) -> Answer:
    record = ec2._snapshots.get(ec2._p(params, "SnapshotId"))
    if record is None:
        return _not_found(params)
    record.pop(PERMISSIONS, None)
    return xml("ResetSnapshotAttributeResponse", "<return>true</return>")


def _not_found(params: Params) -> Answer:
    return error("InvalidSnapshot.NotFound", f"The snapshot '{ec2._p(params, 'SnapshotId')}' does not exist.")
