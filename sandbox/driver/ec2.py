"""What the driver needs from EC2: a few values and one port, which `boto_ec2` implements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

DRIVER = "ebs.csi.aws.com"


class Ec2Error(Exception):
    """EC2 refused a call. Reads like the AWS SDK for Go, whose text the driver's errors include."""

    def __init__(
        self, operation: str, code: str, message: str, status: int = 400, request_id: str = ""
    ) -> None:
        super().__init__(
            f"operation error EC2: {operation}, https response error StatusCode: {status}, "
            f"RequestID: {request_id}, api error {code}: {message}"
        )
        self.code = code


@dataclass(frozen=True, slots=True)
class Ec2Snapshot:
    """One EBS snapshot. `size_gib` is the size of its volume; `state` is pending, completed or error."""

    id: str
    volume_id: str
    size_gib: int
    started_at: datetime
    state: str
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VolumeRequest:
    """One CreateVolume. `options` are further CreateVolume arguments such as Iops and KmsKeyId."""

    zone: str
    size_gib: int
    type: str
    encrypted: bool
    snapshot_id: str
    tags: Mapping[str, str]
    token: str
    options: Mapping[str, int | str] = field(default_factory=dict)


class Ec2(Protocol):
    """The driver's calls. Each raises Ec2Error if EC2 refuses; deleting something already gone succeeds."""

    def snapshots_named(self, names: Sequence[str]) -> dict[str, Ec2Snapshot]:
        """Snapshots by the value of their CSIVolumeSnapshotName tag; unmatched names are left out."""
        ...

    def snapshots(self, ids: Sequence[str]) -> dict[str, Ec2Snapshot]:
        """Snapshots by id; ids unknown to EC2 are left out."""
        ...

    def create_snapshot(self, volume_id: str, description: str, tags: Mapping[str, str]) -> Ec2Snapshot:
        """Cut a snapshot."""
        ...

    def delete_snapshot(self, snapshot_id: str) -> None:
        """Delete a snapshot."""
        ...

    def create_volume(self, request: VolumeRequest) -> str:
        """Create a volume; return its id."""
        ...

    def delete_volume(self, volume_id: str) -> None:
        """Delete a volume."""
        ...

    def grow_volume(self, volume_id: str, size_gib: int) -> None:
        """Grow a volume."""
        ...

    def attach_volume(self, volume_id: str, instance_id: str, device: str) -> None:
        """Attach a volume."""
        ...

    def detach_volume(self, volume_id: str, instance_id: str) -> None:
        """Detach a volume; succeeds if it is already gone or free."""
        ...
