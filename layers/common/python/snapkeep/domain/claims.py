"""Claims and the volumes behind them, as the cluster shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class VolumeKind(StrEnum):
    """What kind of storage a PersistentVolume is.

    The first three are EBS volumes, which have snapshots; AWS Backup backs up EFS. The others have names, so
    that the reason for skipping a claim can be exact.
    """

    EBS_CSI = "ebs-csi"
    EBS_IN_TREE = "ebs-in-tree"
    EBS_MIGRATED = "ebs-migrated"
    EFS = "efs"
    S3 = "s3"
    HOST_PATH = "host-path"
    LOCAL = "local"
    OTHER = "other"

    @property
    def is_ebs(self) -> bool:
        """True when the data sits on an EBS volume."""
        return self in (VolumeKind.EBS_CSI, VolumeKind.EBS_IN_TREE, VolumeKind.EBS_MIGRATED)


@dataclass(frozen=True, slots=True)
class Volume:
    """A PersistentVolume: its name, kind, driver and the storage id it points to.

    `handle` is the EC2 volume id (`vol-…`) for EBS kinds, else whatever the driver uses. `size_bytes` is its
    capacity, 0 when it states none. `partition` is the partition of a static volume that holds the file
    system, "" when the file system takes the whole volume.
    """

    name: str
    kind: VolumeKind
    driver: str
    handle: str
    fs_type: str = ""
    zone: str = ""
    size_bytes: int = 0
    partition: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A PersistentVolumeClaim with the volume it is bound to (None while it is not bound).

    `requested` is the quantity as written (`10Gi`); `requested_bytes` the same in bytes.
    """

    cluster: str
    namespace: str
    name: str
    uid: str
    phase: str
    requested: str
    requested_bytes: int
    storage_class: str
    access_modes: tuple[str, ...]
    volume_mode: str
    volume: Volume | None
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    deleting: bool = False

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"

    @property
    def size_bytes(self) -> int:
        """The real size: the capacity of its volume, which may be far larger than the request."""
        return (self.volume.size_bytes if self.volume else 0) or self.requested_bytes


@dataclass(frozen=True, slots=True)
class ClaimName:
    """A claim by its name, whether it exists or not."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class ScratchVolume:
    """Storage that a pod keeps outside any claim (emptyDir, hostPath): it dies with pod or node."""

    cluster: str
    namespace: str
    pod: str
    volume: str
    kind: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.pod}:{self.volume}"
