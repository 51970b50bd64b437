"""CreateSnapshot begins pending, CreateSnapshots exists, DeleteSnapshot refuses what AWS refuses.

AWS: a snapshot is `pending` until its blocks are stored (API CreateSnapshot); CreateSnapshots covers one
instance's volumes at one moment, optionally without the boot volume and up to 40 data volumes, and can copy
each volume's tags (API CreateSnapshots); no more than 5 snapshots of a volume may be pending, 1 for
st1 and sc1 (ConcurrentSnapshotLimitExceeded, EC2 error codes); two snapshots of a volume must be 15 seconds
apart (SnapshotCreationPerVolumeRateExceeded), which the setting volume_snapshot_spacing_seconds turns on.
ministack: snapshots are completed on return and CreateSnapshots does not exist.
"""

from datetime import timedelta
from typing import Any

from ministack.services import ec2

from sandbox.aws import snapshots
from sandbox.aws.ec2_answers import Answer, Params, error, xml
from sandbox.aws.patches.ec2_snapshot_lock import lock_of
from sandbox.aws.private import require, require_keys
from sandbox.aws.world import World

MAX_EXCLUDED = 40


def install(world: World) -> None:
    """Replace CreateSnapshot and DeleteSnapshot, add CreateSnapshots."""
    require(
        ec2, "_ACTION_MAP", "_snapshots", "_volumes", "_instances", "_images", "_tags", "_p", "_xml", "_error"
    )
    require(
        ec2, "_parse_member_list", "_snapshot_inner_xml", "_new_snapshot_id", "_tag_set_xml", "get_account_id"
    )
    require_keys(ec2._ACTION_MAP, "ec2._ACTION_MAP", "CreateSnapshot", "DeleteSnapshot")
    ec2._ACTION_MAP["CreateSnapshot"] = lambda params: _create_snapshot(world, params)
    ec2._ACTION_MAP["CreateSnapshots"] = lambda params: _create_snapshots(world, params)
    ec2._ACTION_MAP["DeleteSnapshot"] = lambda params: _delete_snapshot(world, params)


def requested_tags(params: Params, resource_type: str) -> list[dict[str, str]]:
    """Return the tags that a request's TagSpecifications ask for on `resource_type`."""
    tags: list[dict[str, str]] = []
    index = 1
    while kind := ec2._p(params, f"TagSpecification.{index}.ResourceType"):
        number = 1
        while kind == resource_type and (key := ec2._p(params, f"TagSpecification.{index}.Tag.{number}.Key")):
            tags.append({"Key": key, "Value": ec2._p(params, f"TagSpecification.{index}.Tag.{number}.Value")})
            number += 1
        index += 1
    return tags


def attached_volumes(instance_id: str) -> list[dict[str, Any]]:
    """Return the records of the volumes attached to an instance."""
    return [
        volume
        for volume in ec2._volumes.values()
        if any(each["InstanceId"] == instance_id for each in volume["Attachments"])
    ]


def _create_snapshot(world: World, params: Params) -> Answer:
    volume_id = ec2._p(params, "VolumeId")
    volume = ec2._volumes.get(volume_id)
    if not volume:
        return error("InvalidVolume.NotFound", f"The volume '{volume_id}' does not exist.")
    if refused := _refusal(world, volume):
        return refused
    tags = requested_tags(params, "snapshot")
    record = snapshots.begin(world, volume, ec2._p(params, "Description"), tags)
    return xml("CreateSnapshotResponse", ec2._snapshot_inner_xml(record))


def _create_snapshots(world: World, params: Params) -> Answer:
    instance_id = ec2._p(params, "InstanceSpecification.InstanceId")
    instance = ec2._instances.get(instance_id)
    if not instance:
        return error("InvalidInstanceID.NotFound", f"The instance ID '{instance_id}' does not exist")
    chosen = _chosen_volumes(params, instance)
    if isinstance(chosen, tuple):
        return chosen
    for volume in chosen:
        if refused := _refusal(world, volume):
            return refused
    group, description = ec2.random.randbytes(8).hex(), ec2._p(params, "Description")
    moment = world.told_time()
    records = [
        snapshots.begin(world, volume, description, _group_tags(params, volume), group, moment)
        for volume in chosen
    ]
    items = "".join(f"<item>{_member_xml(each)}</item>" for each in records)
    return xml("CreateSnapshotsResponse", f"<snapshotSet>{items}</snapshotSet>")


def _chosen_volumes(params: Params, instance: dict[str, Any]) -> list[dict[str, Any]] | Answer:
    excluded = ec2._parse_member_list(params, "InstanceSpecification.ExcludeDataVolumeId")
    attached = attached_volumes(instance["InstanceId"])
    boot = {
        each["VolumeId"]
        for each in attached
        if any(place["Device"] == instance.get("RootDeviceName") for place in each["Attachments"])
    }
    if len(excluded) > MAX_EXCLUDED:
        return error(
            "InvalidParameterValue",
            f"ExcludeDataVolumeIds names {len(excluded)} volumes; at most {MAX_EXCLUDED}.",
        )
    if boot & set(excluded):
        return error(
            "InvalidParameterValue", "The root volume is excluded by ExcludeBootVolume, not by its id."
        )
    left = set(excluded) | (
        boot if ec2._p(params, "InstanceSpecification.ExcludeBootVolume") == "true" else set()
    )
    chosen = [each for each in attached if each["VolumeId"] not in left]
    if not chosen:
        return error("InvalidParameterValue", f"No volume of {instance['InstanceId']} is left to snapshot.")
    return chosen


def _group_tags(params: Params, volume: dict[str, Any]) -> list[dict[str, str]]:
    tags = requested_tags(params, "snapshot")
    if ec2._p(params, "CopyTagsFromSource") == "volume":
        named = {tag["Key"] for tag in tags}
        source = ec2._tags.get(volume["VolumeId"], [])
        tags += [tag for tag in source if tag["Key"] not in named and not tag["Key"].startswith("aws:")]
    return tags


def _refusal(world: World, volume: dict[str, Any]) -> Answer | None:
    return _too_soon(world, volume) or _too_many_pending(world, volume)


def _too_soon(world: World, volume: dict[str, Any]) -> Answer | None:
    spacing = timedelta(seconds=world.settings.volume_snapshot_spacing_seconds)
    began = [
        each["_began"]
        for each in ec2._snapshots.values()
        if each["VolumeId"] == volume["VolumeId"] and "_began" in each
    ]
    if all(world.clock.now() - moment >= spacing for moment in began):
        return None
    return error(
        "SnapshotCreationPerVolumeRateExceeded",
        "The maximum per volume CreateSnapshot request rate has been exceeded. Use an increasing or variable "
        "sleep interval between requests.",
    )


def _too_many_pending(world: World, volume: dict[str, Any]) -> Answer | None:
    limit = 1 if volume["VolumeType"] in ("st1", "sc1") else 5
    with world.lock:
        pending = sum(each["VolumeId"] == volume["VolumeId"] for each in world.pending.values())
    if pending < limit:
        return None
    return error(
        "ConcurrentSnapshotLimitExceeded",
        f"Maximum allowed in-progress snapshots for a single volume exceeded ({pending} of {limit}).",
    )


def _delete_snapshot(world: World, params: Params) -> Answer:
    snapshot_id = ec2._p(params, "SnapshotId")
    record = ec2._snapshots.get(snapshot_id)
    if not record:
        return error("InvalidSnapshot.NotFound", f"The snapshot '{snapshot_id}' does not exist.")
    if lock_of(record, world.clock.now()):
        return error("SnapshotLocked", f"The snapshot '{snapshot_id}' is locked and cannot be deleted.")
    if image := _image_of(snapshot_id):
        return error("InvalidSnapshot.InUse", f"The snapshot {snapshot_id} is currently in use by {image}")
    with world.lock:
        world.pending.pop(snapshot_id, None)
        del ec2._snapshots[snapshot_id]
    ec2._tags.pop(snapshot_id, None)
    return xml("DeleteSnapshotResponse", "<return>true</return>")


def _image_of(snapshot_id: str) -> str:
    return next((image_id for image_id, image in ec2._images.items() if snapshot_id in str(image)), "")


def _member_xml(record: dict[str, Any]) -> str:
    # SnapshotInfo calls its state `state`, Snapshot calls it `status` (EC2 API reference).
    xml: str = ec2._snapshot_inner_xml(record)
    return xml.replace("<status>", "<state>").replace("</status>", "</state>")
