"""Which driver makes the volume of a restore, and whether it may."""

from __future__ import annotations

import pytest

from snapkeep.domain.drivers import AUTO_MODE, EBS_CSI
from snapkeep.domain.restore.findings import Severity
from snapkeep.domain.restore.operations import Way
from snapkeep.domain.restore.plans import plan
from snapkeep.domain.restore.targets import ClassFacts
from tests.fakes.preflight_samples import GP3, a_point, a_request, a_target, the_finding
from tests.fakes.restore_samples import NOW

AUTO = ClassFacts("auto", AUTO_MODE.name, waits_for_consumer=True, fs_type="xfs")
CLASSES = {"auto": AUTO, "gp3": GP3}
AUTO_POINT = a_point(storage_class="auto", driver=AUTO_MODE.name, driver_tags=AUTO_MODE.tags("myeks"))


def test_an_open_drivers_snapshot_without_its_tag_is_told_with_the_command() -> None:
    found = the_finding(point=a_point(driver_tags={}))
    assert (found.code, found.severity) == ("driver_tag_missing", Severity.WARNING)
    assert found.text == (
        "snap-1 lacks the tag ebs.csi.aws.com/cluster: the current IAM policy of the EBS CSI driver refuses "
        "to restore from it"
    )
    assert found.fix == (
        "aws ec2 create-tags --resources snap-1 --tags Key=ebs.csi.aws.com/cluster,Value=true"
    )


def test_a_point_of_auto_mode_is_restored_into_a_class_of_auto_mode() -> None:
    accepted = plan(a_request(), AUTO_POINT, a_target(classes=CLASSES))
    assert accepted.findings == ()
    assert accepted.operation("1", "ann", NOW).driver == "ebs.csi.eks.amazonaws.com"


def test_a_point_of_another_auto_mode_cluster_needs_the_tag_of_the_target() -> None:
    found = the_finding(a_request(cluster="second"), AUTO_POINT, a_target(classes=CLASSES))
    assert (found.code, found.severity) == ("driver_tag_missing", Severity.WARNING)
    assert found.text == (
        "snap-1 has myeks in its tag eks:eks-cluster-name: the current IAM policy of EKS Auto Mode's cluster "
        "role refuses to restore from it"
    )
    assert found.fix == (
        "aws ec2 create-tags --resources snap-1 --tags Key=eks:eks-cluster-name,Value=second"
    )


def test_a_point_of_one_driver_is_restored_into_a_class_of_the_other_once_the_tag_is_there() -> None:
    request, target = a_request(storage_class="auto"), a_target(classes=CLASSES)
    refused_by_iam = the_finding(request, a_point(), target)
    assert refused_by_iam.fix.endswith("--tags Key=eks:eks-cluster-name,Value=myeks")

    tagged = a_point(driver_tags=EBS_CSI.tags("myeks") | {"eks:eks-cluster-name": "myeks"})
    accepted = plan(request, tagged, target)
    assert accepted.findings == ()
    assert accepted.driver == "ebs.csi.eks.amazonaws.com"


def test_a_volume_snapshot_of_one_driver_is_no_source_for_the_other() -> None:
    point = a_point(
        volume_snapshot="ebs-claim-1",
        snapshot_driver=EBS_CSI.name,
        driver_tags=EBS_CSI.tags("myeks") | AUTO_MODE.tags("myeks"),
    )
    target = a_target(classes=CLASSES)
    assert plan(a_request(), point, target).way is Way.SAME_NAMESPACE
    assert plan(a_request(storage_class="auto"), point, target).way is Way.IMPORT


def test_a_class_of_the_points_own_driver_is_proposed_first() -> None:
    target = a_target(classes=CLASSES)
    assert the_finding(a_request(storage_class="gold"), target=target).fix == "--class gp3"
    assert the_finding(a_request(storage_class="gold"), AUTO_POINT, target).fix == "--class auto"


@pytest.mark.parametrize(("storage_class", "refused"), [("auto", True), ("gp3", False)])
def test_a_class_missing_for_one_driver_keeps_the_other_from_nothing(
    storage_class: str, refused: bool
) -> None:
    missing = {AUTO_MODE.name: "VolumeSnapshotClass snapkeep-myeks-auto is missing"}
    point = a_point(driver_tags=EBS_CSI.tags("myeks") | AUTO_MODE.tags("myeks"))
    found = plan(
        a_request(storage_class=storage_class), point, a_target(classes=CLASSES, no_snapshots=missing)
    )
    assert [item.code for item in found.findings] == (["no_snapshot_support"] if refused else [])
