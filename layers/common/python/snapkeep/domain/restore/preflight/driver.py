"""Checks that the driver of the class can create a volume from this recovery point.

Snapshots belong to EC2, so every EBS driver can restore snapshots of another driver's claims, provided that
they carry the tags that its IAM policy requires.
"""

from __future__ import annotations

from collections.abc import Iterator

from snapkeep.domain.drivers import AUTO_MODE, DRIVERS, IN_TREE, Driver, restoring_driver
from snapkeep.domain.restore.findings import Finding, error, warning
from snapkeep.domain.restore.points import PointFacts
from snapkeep.domain.restore.preflight.file_systems import can_mount, parameter_of
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.domain.restore.targets import ClassFacts, TargetFacts

ROLES = {
    AUTO_MODE.name: "the current IAM policy of EKS Auto Mode's cluster role",
}
"""The IAM policy that governs CreateVolume, for drivers that do not use their own role."""


def serving_driver(request: RestoreRequest, point: PointFacts, target: TargetFacts) -> Driver:
    """The driver that will create the volume: the class's, or the point's own when there is no such class."""
    found = target.classes.get(request.storage_class or point.storage_class)
    return restoring_driver(found.provisioner if found and found.provisioner in DRIVERS else point.driver)


def driver_findings(
    request: RestoreRequest, point: PointFacts, found: ClassFacts, target: TargetFacts
) -> Iterator[Finding]:
    """An error when the class's driver is not one for EBS volumes."""
    if found.provisioner == IN_TREE:
        yield error(
            "in_tree_class",
            f"storage class {found.name} uses the in-tree plugin {IN_TREE}, which cannot restore snapshots",
            choose_class(point, target),
        )
    elif found.provisioner not in DRIVERS:
        yield error(
            "other_driver",
            f"storage class {found.name} is of {found.provisioner}, and recovery point {point.id} of "
            f"{point.driver}",
            choose_class(point, target),
        )


def no_class_finding(request: RestoreRequest, name: str, point: PointFacts, target: TargetFacts) -> Finding:
    """The error that the cluster has no class of that name (with "", that no class was given or recorded)."""
    fitting = ", ".join(fitting_classes(point, target)) or "none"
    what = f"has no storage class {name}" if name else "needs to know which storage class to use"
    return error(
        "no_storage_class",
        f"cluster {request.cluster} {what}; classes of EBS drivers there: {fitting}",
        choose_class(point, target),
    )


def tag_findings(request: RestoreRequest, point: PointFacts, target: TargetFacts) -> Iterator[Finding]:
    """Missing tags without which the driver may not restore from the point's snapshot into this cluster.

    A restore lends them to a copy in a place.
    """
    if point.place:
        return
    driver = serving_driver(request, point, target)
    for key, value in driver.lacks(point.driver_tags, request.cluster).items():
        role = ROLES.get(driver.name, "the current IAM policy of the EBS CSI driver")
        has = point.driver_tags.get(key)
        lacks = f"lacks the tag {key}" if has is None else f"has {has} in its tag {key}"
        yield warning(
            "driver_tag_missing",
            f"{point.snapshot_id} {lacks}: {role} refuses to restore from it",
            f"aws ec2 create-tags --resources {point.snapshot_id} --tags Key={key},Value={value}",
        )


def fitting_classes(point: PointFacts, target: TargetFacts) -> list[str]:
    """Names of the classes that can restore the point and mount it: those of its own driver first."""
    found = [
        item for item in target.classes.values() if item.provisioner in DRIVERS and can_mount(point, item)
    ]
    return [
        item.name for item in sorted(found, key=lambda item: (item.provisioner != point.driver, item.name))
    ]


def choose_class(point: PointFacts, target: TargetFacts) -> str:
    """How to choose a class that fits."""
    fitting = fitting_classes(point, target)
    if fitting:
        return f"--class {fitting[0]}"
    needed = "" if point.volume_mode == "Block" else f" with {parameter_of(point)}"
    return f"create a storage class of {point.driver}{needed}, and pass its name with --class"
