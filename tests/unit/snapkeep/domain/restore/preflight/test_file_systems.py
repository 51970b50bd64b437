"""File systems of points, and what classes mount their volumes as."""

from __future__ import annotations

from typing import Any

import pytest

from snapkeep.domain.drivers import IN_TREE
from snapkeep.domain.restore.findings import Finding, Severity
from snapkeep.domain.restore.plans import plan
from snapkeep.domain.restore.preflight.file_systems import can_mount
from snapkeep.domain.restore.targets import ClassFacts
from tests.fakes.preflight_samples import GP3, a_point, a_request, a_target


def a_class(name: str, fs_type: str = "") -> ClassFacts:
    return ClassFacts(name, GP3.provisioner, waits_for_consumer=True, fs_type=fs_type)


def found(*classes: ClassFacts, code: str = "file_system", **point: Any) -> Finding | None:
    """What a restore into the first class finds."""
    named = {item.name: item for item in classes}
    planned = plan(a_request(storage_class=classes[0].name), a_point(**point), a_target(classes=named))
    return next((item for item in planned.findings if item.code == code), None)


@pytest.mark.parametrize(
    ("held", "mounted", "fits"),
    [
        ("xfs", "xfs", True),
        ("xfs", "", False),
        ("xfs", "ext4", False),
        ("ext4", "", True),
        ("ext3", "ext4", True),
        ("ext4", "ext3", False),
        ("", "", True),
        ("", "xfs", False),
        ("ntfs", "", False),
    ],
)
def test_what_is_mounted_as_something_else_does_not_fit(held: str, mounted: str, fits: bool) -> None:
    assert can_mount(a_point(fs_type=held), a_class("gp3", mounted)) is fits


def test_an_xfs_point_is_refused_for_a_silent_class_and_one_that_fits_is_named() -> None:
    finding = found(a_class("silent"), a_class("also-silent"), a_class("with-xfs", "xfs"))
    assert finding is not None and finding.severity is Severity.ERROR
    assert "holds an xfs file system, and storage class silent mounts its volumes as ext4" in finding.text
    assert finding.fix == "--class with-xfs"


def test_without_a_class_that_fits_it_is_said_how_to_make_one() -> None:
    finding = found(a_class("silent"))
    assert finding is not None
    assert "create one with the parameter csi.storage.k8s.io/fstype: xfs" in finding.fix


def test_a_file_system_that_nobody_wrote_down_is_only_warned_of() -> None:
    finding = found(a_class("with-xfs", "xfs"), fs_type="")
    assert finding is not None and finding.severity is Severity.WARNING


def test_a_raw_device_has_no_file_system_to_mount() -> None:
    assert found(a_class("silent"), volume_mode="Block") is None


def test_a_class_that_does_not_fit_is_not_proposed_for_one_that_is_missing() -> None:
    request = a_request(storage_class="lost")
    classes = {"silent": a_class("silent"), "with-xfs": a_class("with-xfs", "xfs")}
    planned = plan(request, a_point(), a_target(classes=classes))
    assert planned.findings[0].fix == "--class with-xfs"


def test_a_file_system_on_a_partition_is_refused_with_the_way_round() -> None:
    finding = found(GP3, code="partition", partition="1")
    assert finding is not None and finding.severity is Severity.ERROR
    assert "on partition 1 of its volume" in finding.text
    assert "aws ec2 create-volume --snapshot-id snap-1" in finding.fix


@pytest.mark.parametrize("driver", [IN_TREE, "efs.csi.aws.com"])
def test_of_a_class_that_is_refused_for_its_driver_no_sister_is_proposed(driver: str) -> None:
    """Whoever followed that fix would be refused again."""
    silent = ClassFacts("old", driver, waits_for_consumer=True)
    sister = ClassFacts("old-xfs", driver, waits_for_consumer=True, fs_type="xfs")
    classes = {item.name: item for item in (silent, sister, a_class("with-xfs", "xfs"))}
    planned = plan(a_request(storage_class="old"), a_point(), a_target(classes=classes))
    assert [item.fix for item in planned.findings] == ["--class with-xfs"]
