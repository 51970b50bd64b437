"""Checks that pods can mount the volume that a storage class creates from the recovery point.

A restored volume keeps the file system of its snapshot but is mounted as the type its class names; a class
that names none means ext4, the default of the EBS CSI driver's provisioner. A class cannot name a partition.
https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md
"""

from __future__ import annotations

from collections.abc import Iterator

from snapkeep.domain.drivers import DRIVERS
from snapkeep.domain.restore.findings import Finding, error, warning
from snapkeep.domain.restore.points import PointFacts
from snapkeep.domain.restore.targets import ClassFacts, TargetFacts

DEFAULT = "ext4"
PARAMETER = "csi.storage.k8s.io/fstype"

MOUNTED_AS_EXT4 = frozenset({"ext2", "ext3", "ext4"})
"""https://docs.kernel.org/admin-guide/ext4.html: ext4 mounts its predecessors, but they do not mount ext4."""


def can_mount(point: PointFacts, found: ClassFacts) -> bool:
    """Whether the class mounts volumes as the file system that the point holds; a raw device is not
    mounted."""
    held, mounted = point.fs_type.lower() or DEFAULT, found.fs_type.lower() or DEFAULT
    return point.volume_mode == "Block" or held == mounted or (mounted == DEFAULT and held in MOUNTED_AS_EXT4)


def file_system_findings(point: PointFacts, found: ClassFacts, target: TargetFacts) -> Iterator[Finding]:
    """Errors for a file system that the class would mount as another type, or that is on a partition."""
    if point.volume_mode == "Block":
        return
    if point.partition:
        yield error(
            "partition",
            f"the file system of recovery point {point.id} is on partition {point.partition} of its volume, "
            "but a storage class mounts whole volumes",
            f"aws ec2 create-volume --snapshot-id {point.snapshot_id} --availability-zone ZONE, then a "
            f'PersistentVolume with volumeAttributes partition: "{point.partition}" and a claim of it',
        )
    if found.provisioner not in DRIVERS or can_mount(point, found):
        return  # a class of another driver is refused for that reason, and so would others of its kind
    held = (
        f"an {point.fs_type} file system"
        if point.fs_type
        else f"probably {DEFAULT}, as its volume named none"
    )
    mounted = found.fs_type or f"{DEFAULT} (it names none, and that is the default)"
    yield (error if point.fs_type else warning)(
        "file_system",
        f"recovery point {point.id} holds {held}, and storage class {found.name} mounts its volumes as "
        f"{mounted}: no pod could use the volume",
        _fix(point, found, target),
    )


def _fix(point: PointFacts, found: ClassFacts, target: TargetFacts) -> str:
    fitting = sorted(
        name
        for name, item in target.classes.items()
        if item.provisioner == found.provisioner and can_mount(point, item)
    )
    if fitting:
        return f"--class {fitting[0]}"
    return (
        f"no storage class of {found.provisioner} mounts {point.fs_type or DEFAULT}: "
        f"create one with {parameter_of(point)}, and pass its name with --class"
    )


def parameter_of(point: PointFacts) -> str:
    """The parameter with which a new storage class mounts the point's file system."""
    return f"the parameter {PARAMETER}: {point.fs_type or DEFAULT}"
