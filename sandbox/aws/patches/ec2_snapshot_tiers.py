"""Snapshots' archive tier.

AWS: ModifySnapshotTier archives an account's own completed snapshot, which takes a while; nothing can be
made of it then. RestoreSnapshotTier brings it back within 72 hours, for good or for 1 to 180 days; called
again it changes the days, which count from now, or the kind of the restore. Until it goes back,
DescribeSnapshots shows RestoreExpiryTime. Neither can be cancelled. 25 archives and 5 restores may be in
progress, and 25 snapshots of a volume archived. A snapshot behind an AMI is archived only once the AMI is
disabled (EBS user guide, "Archive Amazon EBS snapshots"; API SnapshotTierStatus).
AWS does not document the codes of the refusals: here they are IncorrectState and ResourceLimitExceeded.
ministack: none of the actions exists.
"""

from typing import Any

from ministack.services import ec2

from sandbox.aws import tiers
from sandbox.aws.ec2_answers import Answer, Params, error, xml
from sandbox.aws.private import require, require_keys
from sandbox.aws.snapshots import settle_due, stamp
from sandbox.aws.world import World

Record = dict[str, Any]
MOST_DAYS = 180
FILTERS = ("snapshot-id", "volume-id", "last-tiering-operation")


def install(world: World) -> None:
    """Add the actions, and refuse volumes from archived snapshots."""
    require(ec2, "_ACTION_MAP", "_snapshots", "_images", "_p", "_parse_filters", "_snapshot_inner_xml")
    require(ec2, "_tag_set_xml", "_resource_matches_tag_filters")
    require_keys(ec2._ACTION_MAP, "ec2._ACTION_MAP", "CreateVolume", "DescribeSnapshots")
    actions, shown = ec2._ACTION_MAP, ec2._snapshot_inner_xml
    describe, make = actions["DescribeSnapshots"], actions["CreateVolume"]
    ec2._snapshot_inner_xml = lambda record: shown(record) + _expiry_xml(record)
    actions["ModifySnapshotTier"] = lambda params: _archive(world, params)
    actions["RestoreSnapshotTier"] = lambda params: _restore(world, params)
    actions["DescribeSnapshotTierStatus"] = lambda params: _describe(world, params)
    actions["DescribeSnapshots"] = lambda params: _settled(world, params, describe)
    actions["CreateVolume"] = lambda params: _make_volume(world, params, make)


def _archive(world: World, params: Params) -> Answer:
    settle_due(world)
    tiers.settle_due(world)
    record = ec2._snapshots.get(ec2._p(params, "SnapshotId"))
    if record is None:
        return _not_found(params)
    if ec2._p(params, "StorageTier") not in ("", "archive"):
        return error("InvalidParameterValue", "StorageTier must be archive.")
    if refused := _not_archivable(record) or _too_many_archives(world, record):
        return refused
    began = stamp(tiers.begin(world, record, tiers.ARCHIVAL).told)
    return xml("ModifySnapshotTierResponse", f"{_id_xml(record)}<tieringStartTime>{began}</tieringStartTime>")


def _not_archivable(record: Record) -> Answer | None:
    name = record["SnapshotId"]
    if record["State"] != "completed":
        return error("IncorrectState", f"Snapshot {name} is {record['State']}, not completed.")
    if record["StorageTier"] == "archive":
        return error("IncorrectState", f"Snapshot {name} is already in the archive tier.")
    if tiers.is_moving(record):
        return error("IncorrectState", f"Snapshot {name} is already being archived.")
    used = (key for key, image in ec2._images.items() if name in str(image))
    if image := next((key for key in used if ec2._images[key].get("State") != "disabled"), ""):
        return error("InvalidSnapshot.InUse", f"The snapshot {name} is currently in use by {image}")
    return None


def _too_many_archives(world: World, record: Record) -> Answer | None:
    settings, volume = world.settings, record["VolumeId"]
    moving = tiers.in_progress(tiers.ARCHIVAL)
    away = [each for each in ec2._snapshots.values() if each["StorageTier"] == "archive"] + moving
    if len(moving) >= settings.archives_in_progress:
        return _limit("snapshot archives in progress", settings.archives_in_progress)
    if sum(each["VolumeId"] == volume for each in away) >= settings.archives_of_a_volume:
        return _limit(f"archived snapshots of {volume}", settings.archives_of_a_volume)
    return None


def _restore(world: World, params: Params) -> Answer:
    tiers.settle_due(world)
    record = ec2._snapshots.get(ec2._p(params, "SnapshotId"))
    if record is None:
        return _not_found(params)
    permanent = ec2._p(params, "PermanentRestore") == "true"
    days = 0 if permanent else int(ec2._p(params, "TemporaryRestoreDays") or 1)
    if refused := _not_restorable(record, days, permanent):
        return refused
    if tiers.BACK_UNTIL in record:
        move = tiers.prolong(world, record, days)
    elif refused := _too_many_restores(world):
        return refused
    else:
        move = tiers.begin(world, record, tiers.PERMANENT if permanent else tiers.TEMPORARY, days)
    return xml(
        "RestoreSnapshotTierResponse",
        f"{_id_xml(record)}<restoreStartTime>{stamp(move.told)}</restoreStartTime>"
        f"<restoreDuration>{days}</restoreDuration>"
        f"<isPermanentRestore>{str(permanent).lower()}</isPermanentRestore>",
    )


def _not_restorable(record: Record, days: int, permanent: bool) -> Answer | None:
    name = record["SnapshotId"]
    if not permanent and not 1 <= days <= MOST_DAYS:
        return error("InvalidParameterValue", f"TemporaryRestoreDays must be between 1 and {MOST_DAYS}.")
    if record["StorageTier"] != "archive":
        return error("IncorrectState", f"Snapshot {name} is not in the archive tier.")
    if tiers.is_moving(record):
        return error("IncorrectState", f"Snapshot {name} is already being restored.")
    return None


def _too_many_restores(world: World) -> Answer | None:
    most = world.settings.tier_restores_in_progress
    moving = tiers.in_progress(tiers.TEMPORARY, tiers.PERMANENT)
    return _limit("snapshot restores in progress", most) if len(moving) >= most else None


def _describe(world: World, params: Params) -> Answer:
    tiers.settle_due(world)
    filters = ec2._parse_filters(params)
    if unknown := [name for name in filters if name not in FILTERS and not name.startswith("tag")]:
        return error("InvalidParameterValue", f"The filter '{unknown[0]}' is invalid")
    found = [each for each in ec2._snapshots.values() if _matches(each, filters)]
    items = "".join(f"<item>{_status_xml(world, each)}</item>" for each in found)
    return xml(
        "DescribeSnapshotTierStatusResponse", f"<snapshotTierStatusSet>{items}</snapshotTierStatusSet>"
    )


def _matches(record: Record, filters: dict[str, list[str]]) -> bool:
    move = tiers.last_move(record)
    values = {
        "snapshot-id": record["SnapshotId"],
        "volume-id": record["VolumeId"],
        "last-tiering-operation": f"{move.kind}-{move.state}" if move else "",
    }
    known = {name: wanted for name, wanted in filters.items() if name in values}
    return all(values[name] in wanted for name, wanted in known.items()) and bool(
        ec2._resource_matches_tag_filters(record["SnapshotId"], filters)
    )


def _status_xml(world: World, record: Record) -> str:
    move, archived = tiers.last_move(record), record.get(tiers.ARCHIVED_AT)
    shown: dict[str, Any] = {
        "snapshotId": record["SnapshotId"],
        "volumeId": record["VolumeId"],
        "status": record["State"],
        "ownerId": record["OwnerId"],
        "storageTier": record["StorageTier"],
    }
    if move:
        shown |= {
            "lastTieringStartTime": stamp(move.told),
            "lastTieringProgress": move.progress(world),
            "lastTieringOperationStatus": f"{move.kind}-{move.state}",
            "lastTieringOperationStatusDetail": move.detail,
        }
    if archived:
        shown["archivalCompleteTime"] = stamp(archived)
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in shown.items() if value != "")
    return inner + _expiry_xml(record) + str(ec2._tag_set_xml(record["SnapshotId"]))


def _settled(world: World, params: Params, then: Any) -> Answer:
    tiers.settle_due(world)
    answer: Answer = then(params)
    return answer


def _make_volume(world: World, params: Params, then: Any) -> Answer:
    record = ec2._snapshots.get(ec2._p(params, "SnapshotId"))
    if record and tiers.is_archived(world, record):
        return error("IncorrectState", f"Snapshot {record['SnapshotId']} is in the archive tier.")
    answer: Answer = then(params)
    return answer


def _expiry_xml(record: Record) -> str:
    until = record.get(tiers.BACK_UNTIL)
    return f"<restoreExpiryTime>{stamp(until)}</restoreExpiryTime>" if until else ""


def _id_xml(record: Record) -> str:
    return f"<snapshotId>{record['SnapshotId']}</snapshotId>"


def _not_found(params: Params) -> Answer:
    return error("InvalidSnapshot.NotFound", f"The snapshot '{ec2._p(params, 'SnapshotId')}' does not exist.")


def _limit(what: str, most: int) -> Answer:
    return error("ResourceLimitExceeded", f"Too many {what}. The limit is {most}.")
