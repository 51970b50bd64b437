"""What takes VolumeSnapshots: kinds, controller, driver, class."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep_cli.doctor.checks.snapshots import (
    controller,
    controller_pace,
    driver,
    other_manifests,
    snapshot_class,
    snapshot_kinds,
)
from snapkeep_cli.doctor.facts import AddOn, Controller, SnapshotClass, Workload
from snapkeep_cli.doctor.findings import Verdict
from tests.fakes.doctor_samples import CLASS, CLUSTER, NOW, healthy

APPLY = "snapkeep manifests --cluster myeks | kubectl apply -f -"
INSTALL = "aws eks create-addon --cluster-name myeks --addon-name {} --region eu-west-1"


def test_missing_kinds_are_named_and_installed() -> None:
    (found,) = snapshot_kinds(healthy(snapshot_kinds=frozenset({"VolumeSnapshot"})))

    assert "lacks VolumeSnapshotClass, VolumeSnapshotContent" in found.text
    assert found.fix == INSTALL.format("snapshot-controller")


def test_a_leader_that_went_silent_is_started_again() -> None:
    silent = Controller(NOW - timedelta(minutes=77), workload=Workload("tools/snapshot-controller", 1))

    (found,) = controller(healthy(controller=silent))

    assert found.verdict is Verdict.PROBLEM
    assert "silent for 1 h 17 min" in found.text
    assert found.fix == "kubectl --namespace tools rollout restart deployment snapshot-controller"


def test_five_minutes_of_silence_are_still_life() -> None:
    (found,) = controller(healthy(controller=Controller(NOW - timedelta(minutes=5))))

    assert found.verdict is Verdict.OK


@pytest.mark.parametrize(
    ("signs", "verdict", "told"),
    [
        (Controller(add_on=AddOn("ACTIVE", "v8.3.0")), Verdict.OK, "v8.3.0 is ACTIVE"),
        (Controller(add_on=AddOn("DEGRADED", "v8.3.0")), Verdict.PROBLEM, "is DEGRADED"),
        (Controller(workload=Workload("kube-system/sc", 2)), Verdict.OK, "2 pods are available"),
        (Controller(workload=Workload("kube-system/sc", 0)), Verdict.PROBLEM, "0 pods are available"),
    ],
)
def test_without_a_lease_the_add_on_or_the_deployment_tells(
    signs: Controller, verdict: Verdict, told: str
) -> None:
    (found,) = controller(healthy(controller=signs))

    assert found.verdict is verdict
    assert told in found.text


def test_a_controller_that_shows_nothing_is_installed() -> None:
    (found,) = controller(healthy(controller=Controller()))

    assert found.verdict is Verdict.PROBLEM
    assert found.fix == INSTALL.format("snapshot-controller")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--v=2",), "makes 5 calls a second, so csi cuts about 40 snapshots a minute; --kube-api-qps and"),
        (("--kube-api-qps=20", "--kube-api-burst=40"), "runs with --kube-api-qps=20"),
    ],
)
def test_the_pace_of_the_snapshot_controller_is_told(arguments: tuple[str, ...], told: str) -> None:
    workload = Workload("kube-system/snapshot-controller", 2, {"snapshot-controller": arguments})

    (found,) = controller_pace(healthy(controller=Controller(NOW, workload=workload)))

    assert (found.verdict, told in found.text) == (Verdict.OK, True)
    assert list(controller_pace(healthy(controller=Controller(NOW)))) == []


@pytest.mark.parametrize(
    ("arguments", "verdict", "told"),
    [
        ({"csi-snapshotter": ("--extra-create-metadata",)}, Verdict.OK, "2 pods are available"),
        ({"csi-snapshotter": ("--v=2",)}, Verdict.PROBLEM, "runs without --extra-create-metadata"),
        ({"ebs-plugin": ()}, Verdict.PROBLEM, "has no container csi-snapshotter"),
    ],
)
def test_the_driver_needs_a_snapshotter_that_knows_names(
    arguments: dict[str, tuple[str, ...]], verdict: Verdict, told: str
) -> None:
    workload = Workload("kube-system/ebs-csi-controller", 2, arguments)

    (by_chart,) = driver(healthy(driver=Controller(workload=workload)))
    (by_add_on,) = driver(healthy(driver=Controller(add_on=AddOn("ACTIVE", "v1"), workload=workload)))

    assert (by_chart.verdict, by_add_on.verdict) == (verdict, verdict)
    assert told in by_chart.text
    if verdict is Verdict.PROBLEM:
        assert by_chart.fix.startswith("helm upgrade aws-ebs-csi-driver ")
        assert by_add_on.fix.startswith("aws eks update-addon --cluster-name myeks ")


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (replace(CLASS, deletion_policy="Delete"), "has deletionPolicy Delete, not Retain"),
        (replace(CLASS, driver="efs.csi.aws.com"), "is for driver efs.csi.aws.com"),
        (replace(CLASS, parameters={}), "has other parameters than ours: tagSpecification_1"),
    ],
)
def test_a_class_that_is_not_as_printed_is_printed_again(broken: SnapshotClass, told: str) -> None:
    (found,) = snapshot_class(healthy(classes=(broken,)))

    assert found.verdict is Verdict.PROBLEM
    assert told in found.text
    assert found.fix == APPLY


def test_a_class_of_old_manifests_asks_for_a_reserved_tag_and_is_applied_again() -> None:
    old = {**CLASS.parameters, "tagSpecification_3": "ebs.csi.aws.com/cluster-name=myeks"}

    (found,) = snapshot_class(healthy(classes=(replace(CLASS, parameters=old),)))

    assert found.verdict is Verdict.PROBLEM
    assert found.text == (
        "VolumeSnapshotClass snapkeep-myeks requests ebs.csi.aws.com/cluster-name, which the EBS CSI driver "
        "reserves for itself: from v1.58 on it refuses every backup by csi until the manifests are applied "
        "again"
    )
    assert found.fix == APPLY


def test_the_class_comes_after_the_deploy() -> None:
    (before,) = snapshot_class(healthy(classes=(), functions={}))
    (after,) = snapshot_class(healthy(classes=()))

    assert (before.verdict, after.verdict) == (Verdict.LATER, Verdict.PROBLEM)
    assert after.fix == APPLY


def test_auto_mode_needs_a_class_of_its_own_and_no_driver_in_the_cluster() -> None:
    described = replace(CLUSTER, auto_storage=True)
    first, missing = snapshot_class(healthy(described=described))
    (runs,) = driver(healthy(described=described, driver=Controller()))

    assert (first.verdict, missing.verdict, missing.fix) == (Verdict.OK, Verdict.PROBLEM, APPLY)
    assert missing.text == "VolumeSnapshotClass snapkeep-myeks-auto is missing"
    assert runs.verdict is Verdict.OK

    auto = SnapshotClass("snapkeep-myeks-auto", "ebs.csi.eks.amazonaws.com", "Retain", {}, False, True)
    found = list(snapshot_class(healthy(described=described, classes=(CLASS, auto))))
    assert [each.verdict for each in found] == [Verdict.OK, Verdict.OK]
    tagged = replace(auto, parameters={"tagSpecification_1": "snapkeep:managed=true"})
    _, wrong = snapshot_class(healthy(described=described, classes=(CLASS, tagged)))
    assert "has other parameters than ours: tagSpecification_1" in wrong.text


def test_without_auto_mode_its_class_may_be_there_and_need_not() -> None:
    auto = SnapshotClass("snapkeep-myeks-auto", "ebs.csi.eks.amazonaws.com", "Retain", {}, False, True)
    (only,) = snapshot_class(healthy())
    both = list(snapshot_class(healthy(classes=(CLASS, auto))))

    assert [each.verdict for each in (only, *both)] == [Verdict.OK] * 3


def test_ours_is_one_and_not_the_default() -> None:
    second = replace(CLASS, name="snapkeep-old")
    foreign = replace(CLASS, name="theirs", ours=False, deletion_policy="Delete", is_default=True)

    good, default, extra = snapshot_class(healthy(classes=(replace(CLASS, is_default=True), second, foreign)))

    assert good.verdict is Verdict.OK
    assert default.fix.startswith("kubectl annotate volumesnapshotclass snapkeep-myeks ")
    assert extra.fix == "kubectl delete volumesnapshotclass snapkeep-old"


def test_what_else_is_printed_is_compared_as_a_whole() -> None:
    manifests = {"ValidatingAdmissionPolicy one": True, "ValidatingAdmissionPolicy two": False}

    (after,) = other_manifests(healthy(other_manifests=manifests))
    (before,) = other_manifests(healthy(other_manifests=manifests, functions={}))

    assert (before.verdict, after.verdict) == (Verdict.LATER, Verdict.PROBLEM)
    assert "1 of 2 other objects are missing or not as printed: ValidatingAdmissionPolicy two" in after.text
    assert after.fix == APPLY
    assert list(other_manifests(healthy(other_manifests={}))) == []
