"""The EBS driver's CreateSnapshot: its parameters, tags, idempotency and error texts."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.driver.ec2 import Ec2, Ec2Error, Ec2Snapshot
from sandbox.driver.profiles import PROFILES, Profile
from sandbox.driver.snapshot_words import Object, quoted
from sandbox.driver.switches import Faults
from sandbox.driver.tag_templates import PREFIX, TagError, tags_of

NAME_TAG = "CSIVolumeSnapshotName"

PARAMETERS = frozenset(
    {
        "fastSnapshotRestoreAvailabilityZones",
        "lockMode",
        "lockDuration",
        "lockExpirationDate",
        "lockCoolOffPeriod",
        "outpostArn",
    }
)
"""Accepted but ignored: the sandbox has no fast snapshot restore, locks or Outposts."""


class CsiError(Exception):
    """A driver error as the sidecar prints it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"rpc error: code = {code} desc = {message}")


def snapshot_name(content: Object) -> str:
    """The CSI name of a content's snapshot: the value of the EC2 tag CSIVolumeSnapshotName."""
    return f"snapshot-{content['spec']['volumeSnapshotRef']['uid']}"


class SnapshotCutter:
    """Cuts EC2 snapshots for contents."""

    def __init__(self, ec2: Ec2, faults: Faults, cluster_name: str) -> None:
        self._ec2 = ec2
        self._faults = faults
        self._cluster_name = cluster_name

    def cut(self, content: Object, parameters: Mapping[str, str]) -> Ec2Snapshot:
        """Create the EC2 snapshot. CsiError if a parameter is invalid or EC2 refuses."""
        profile = PROFILES[content["spec"]["driver"]]
        tags = self._tags(content, parameters, profile)
        volume_id = content["spec"]["source"]["volumeHandle"]
        try:
            self._faults.check_create_snapshot()
            profile.check_snapshot_tags(tags)
            text = f"Created by AWS EBS CSI driver for volume {volume_id}"
            return self._ec2.create_snapshot(volume_id, text, tags)
        except Ec2Error as error:
            problem = f"error creating snapshot of volume {volume_id}: {error}"
            name = quoted(snapshot_name(content))
            raise CsiError("Internal", f"Could not create snapshot {name}: {problem}") from error

    def _tags(self, content: Object, parameters: Mapping[str, str], profile: Profile) -> dict[str, str]:
        for key in parameters:
            if key not in PARAMETERS and not key.startswith((PREFIX, "csi.storage.k8s.io/")):
                raise CsiError("InvalidArgument", f"Invalid parameter key {key} for CreateSnapshot")
        reference = content["spec"]["volumeSnapshotRef"]
        fields = {
            "VolumeSnapshotName": reference["name"],
            "VolumeSnapshotNamespace": reference["namespace"],
            "VolumeSnapshotContentName": content["metadata"]["name"],
        }
        try:
            wanted = tags_of(parameters, fields)
        except TagError as error:
            raise CsiError("InvalidArgument", str(error)) from error
        name = snapshot_name(content)
        return {NAME_TAG: name, **profile.tags(self._cluster_name, name), **wanted}
