"""A volume created from a snapshot inherits its size, encryption and content.

AWS: without Size a volume is as large as its snapshot, a smaller Size is refused, and a volume from an
encrypted snapshot is encrypted (API CreateVolume).
ministack: every such volume is 8 GiB and unencrypted, and a missing snapshot is accepted.
"""

import re
from typing import Any

from ministack.services import ec2

from sandbox.aws import contents
from sandbox.aws.ec2_answers import Answer, Params, error
from sandbox.aws.private import require, require_keys
from sandbox.aws.snapshots import settle_due
from sandbox.aws.world import World


def install(world: World) -> None:
    """Put the checks in front of CreateVolume."""
    require(ec2, "_ACTION_MAP", "_snapshots", "_volumes", "_p", "_error")
    require_keys(ec2._ACTION_MAP, "ec2._ACTION_MAP", "CreateVolume")
    create = ec2._ACTION_MAP["CreateVolume"]

    def create_volume(params: Params) -> Answer:
        settle_due(world)
        snapshot_id = ec2._p(params, "SnapshotId")
        if snapshot_id:
            record = ec2._snapshots.get(snapshot_id)
            if refused := _refusal(snapshot_id, record, ec2._p(params, "Size")):
                return refused
            params = _from_snapshot(params, record)
        answer: Answer = create(params)
        made = re.search(rb"<volumeId>(.*?)</volumeId>", answer[2]) if snapshot_id else None
        volume = ec2._volumes.get(made[1].decode()) if made else None
        if volume is not None:  # one under an unusable key has vanished
            contents.inherit(volume, record)
        return answer

    ec2._ACTION_MAP["CreateVolume"] = create_volume


def _refusal(snapshot_id: str, record: dict[str, Any] | None, size: str) -> Answer | None:
    if record is None:
        return error("InvalidSnapshot.NotFound", f"The snapshot '{snapshot_id}' does not exist.")
    if record["State"] != "completed":
        return error("IncorrectState", f"Snapshot {snapshot_id} is {record['State']}, not completed.")
    if size and int(size) < record["VolumeSize"]:
        return error(
            "InvalidParameterValue",
            f"Volume of {size}GiB is smaller than snapshot '{snapshot_id}', "
            f"expect size >= {record['VolumeSize']}GiB",
        )
    return None


def _from_snapshot(params: Params, record: dict[str, Any]) -> Params:
    taken = {**params, "Size": [ec2._p(params, "Size") or str(record["VolumeSize"])]}
    if record["Encrypted"]:
        taken["Encrypted"] = ["true"]
    return taken
