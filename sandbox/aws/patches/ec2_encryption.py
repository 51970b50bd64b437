"""Encrypted volumes and snapshots show their key.

AWS: an encrypted volume is under the key that CreateVolume names (an id, an alias or an ARN), else under its
snapshot's, else under the account's aws/ebs key; a snapshot is under its volume's key (EBS user guide, "How
Amazon EBS encryption works"). A key that cannot be used is found out later: CreateVolume answers `creating`,
and the volume vanishes (KMS developer guide, "How Amazon Elastic Block Store (Amazon EBS) uses AWS KMS").
ministack: the key is ignored and never shown.
"""

from typing import Any

from ministack.services import ec2

from sandbox.aws import kms_keys
from sandbox.aws.ec2_answers import Answer, Params, xml
from sandbox.aws.private import require, require_keys
from sandbox.aws.world import World


def install(_world: World) -> None:
    """Keep the key of a new volume, and show it."""
    require(ec2, "_ACTION_MAP", "_volumes", "_snapshots", "_volume_inner_xml", "_p")
    require_keys(ec2._ACTION_MAP, "ec2._ACTION_MAP", "CreateVolume")
    create, shown = ec2._ACTION_MAP["CreateVolume"], ec2._volume_inner_xml

    def create_volume(params: Params) -> Answer:
        known = set(ec2._volumes)
        answer: Answer = create(params)
        for volume_id in set(ec2._volumes) - known:
            volume = ec2._volumes[volume_id]
            if volume["Encrypted"]:
                volume["KmsKeyId"] = _key(params)
                if not _is_usable(volume["KmsKeyId"]):
                    volume["State"] = "creating"
                    del ec2._volumes[volume_id]
                answer = xml("CreateVolumeResponse", ec2._volume_inner_xml(volume))
        return answer

    def inner_xml(volume: dict[str, Any]) -> str:
        key = volume.get("KmsKeyId", "")
        return str(shown(volume)) + (f"<kmsKeyId>{key}</kmsKeyId>" if key else "")

    ec2._ACTION_MAP["CreateVolume"] = create_volume
    ec2._volume_inner_xml = inner_xml


def _is_usable(arn: str) -> bool:
    key = kms_keys.find(arn)
    return key is not None and kms_keys.is_usable(key)


def _key(params: Params) -> str:
    asked = ec2._p(params, "KmsKeyId")
    if asked:
        found = kms_keys.find(asked)
        return str(found["Arn"]) if found else str(asked)
    snapshot = ec2._snapshots.get(ec2._p(params, "SnapshotId")) or {}
    return str(snapshot.get("KmsKeyId") or kms_keys.default_key()["Arn"])
