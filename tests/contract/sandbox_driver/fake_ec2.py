"""EC2 in memory, behind the port of the driver: enough of EBS to reconcile against, with time held still."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sandbox.driver.ec2 import Ec2Error, Ec2Snapshot, VolumeRequest

STARTED = datetime(2026, 11, 23, 2, 30, 0, 123000, UTC)


@dataclass
class FakeVolume:
    zone: str
    size_gib: int
    type: str
    encrypted: bool
    snapshot_id: str
    tags: dict[str, str]
    attachments: dict[str, str] = field(default_factory=dict)


class FakeEc2:
    """Snapshots stay pending until `complete_snapshots`, or complete at once when `instant`.

    While `hides_new`, describes lag: they show no snapshot that was cut.
    """

    def __init__(self, *, instant: bool = False) -> None:
        self.instant = instant
        self.hides_new = False
        self.volumes: dict[str, FakeVolume] = {}
        self.cut: dict[str, Ec2Snapshot] = {}
        self.tags: dict[str, dict[str, str]] = {}
        self.descriptions: dict[str, str] = {}
        self.calls: list[str] = []
        self._ids = itertools.count(1)

    def complete_snapshots(self) -> None:
        self.instant = True
        self.cut = {name: replace(snapshot, state="completed") for name, snapshot in self.cut.items()}

    def snapshots_named(self, names: Sequence[str]) -> dict[str, Ec2Snapshot]:
        self.calls.append("DescribeSnapshots")
        if self.hides_new:
            return {}
        found = {tags["CSIVolumeSnapshotName"]: self.cut[name] for name, tags in self.tags.items()}
        return {name: found[name] for name in names if name in found}

    def snapshots(self, ids: Sequence[str]) -> dict[str, Ec2Snapshot]:
        self.calls.append("DescribeSnapshots")
        return {each: self.cut[each] for each in ids if each in self.cut}

    def create_snapshot(self, volume_id: str, description: str, tags: Mapping[str, str]) -> Ec2Snapshot:
        self.calls.append("CreateSnapshot")
        volume = self._volume("CreateSnapshot", volume_id)
        name = f"snap-{next(self._ids):017x}"
        state = "completed" if self.instant else "pending"
        self.cut[name] = Ec2Snapshot(name, volume_id, volume.size_gib, STARTED, state, dict(tags))
        self.tags[name], self.descriptions[name] = dict(tags), description
        return self.cut[name]

    def delete_snapshot(self, snapshot_id: str) -> None:
        self.calls.append("DeleteSnapshot")
        self.cut.pop(snapshot_id, None)
        self.tags.pop(snapshot_id, None)

    def create_volume(self, request: VolumeRequest) -> str:
        self.calls.append("CreateVolume")
        name = f"vol-{next(self._ids):017x}"
        self.volumes[name] = FakeVolume(
            request.zone,
            request.size_gib,
            request.type,
            request.encrypted,
            request.snapshot_id,
            dict(request.tags),
        )
        return name

    def delete_volume(self, volume_id: str) -> None:
        volume = self.volumes.get(volume_id)
        if volume is not None and volume.attachments:
            raise Ec2Error("DeleteVolume", "VolumeInUse", f"Volume {volume_id} is currently attached to it")
        self.volumes.pop(volume_id, None)

    def grow_volume(self, volume_id: str, size_gib: int) -> None:
        self._volume("ModifyVolume", volume_id).size_gib = size_gib

    def attach_volume(self, volume_id: str, instance_id: str, device: str) -> None:
        self._volume("AttachVolume", volume_id).attachments = {instance_id: device}

    def detach_volume(self, volume_id: str, instance_id: str) -> None:
        if volume_id in self.volumes:
            self.volumes[volume_id].attachments.pop(instance_id, None)

    def _volume(self, operation: str, volume_id: str) -> FakeVolume:
        if volume_id not in self.volumes:
            message = f"The volume '{volume_id}' does not exist."
            raise Ec2Error(operation, "InvalidVolume.NotFound", message, request_id="fake")
        return self.volumes[volume_id]
