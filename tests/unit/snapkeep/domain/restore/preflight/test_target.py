"""Places where a claim cannot be made, or would never get its volume."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from snapkeep.domain.restore.findings import Severity
from snapkeep.domain.restore.plans import plan
from snapkeep.domain.restore.targets import ClassFacts
from tests.fakes.preflight_samples import GP3, POINT, a_point, a_request, a_target, the_finding

IN_TREE = ClassFacts(
    "gp2", "kubernetes.io/aws-ebs", waits_for_consumer=True, volume_type="gp2", fs_type="xfs"
)
EFS = ClassFacts("efs-sc", "efs.csi.aws.com", waits_for_consumer=False, fs_type="xfs")
AT_ONCE = ClassFacts(
    "fast", "ebs.csi.aws.com", waits_for_consumer=False, zones=("ap-northeast-2d",), fs_type="xfs"
)
CLASSES = {item.name: item for item in (GP3, IN_TREE, EFS, AT_ONCE)}


@pytest.mark.parametrize(
    ("target", "code", "text", "fix"),
    [
        (
            {"claim_exists": True, "free_name": "ebs-claim-2-restored"},
            "claim_exists",
            "claim shop/ebs-claim-2 already exists: a restore never overwrites one",
            "choose another name: --as ebs-claim-2-restored",
        ),
        (
            {"namespace_phase": ""},
            "no_namespace",
            "cluster myeks has no namespace shop",
            "kubectl create namespace shop",
        ),
        (
            {"namespace_phase": "Terminating"},
            "namespace_terminating",
            "namespace shop is being deleted: nothing can be created in it",
            "wait until it is gone and create it again, or choose another namespace",
        ),
        (
            {"no_snapshots": {"ebs.csi.aws.com": "the snapshot CRDs are not installed"}},
            "no_snapshot_support",
            "cluster myeks cannot restore from snapshots: the snapshot CRDs are not installed",
            "install the snapshot controller add-on, then apply what `snapkeep manifests` prints",
        ),
    ],
)
def test_the_place_is_named_with_what_to_do(target: dict[str, Any], code: str, text: str, fix: str) -> None:
    found = the_finding(target=a_target(**target))
    assert (found.code, found.severity, found.text, found.fix) == (code, Severity.ERROR, text, fix)


@pytest.mark.parametrize("name", ["Ebs", "a_b", "-a", "a-", "a..b", "a" * 254, "ü", "a/b", ""])
def test_a_name_that_kubernetes_would_refuse_is_refused(name: str) -> None:
    found = the_finding(a_request(target=name))
    assert (found.code, found.severity) == ("bad_name", Severity.ERROR)
    assert "lower-case letters, digits" in found.text


@pytest.mark.parametrize(
    ("storage_class", "code", "text", "fix"),
    [
        (
            "gold",
            "no_storage_class",
            "cluster myeks has no storage class gold; classes of EBS drivers there: fast, gp3",
            "--class fast",
        ),
        (
            "gp2",
            "in_tree_class",
            "storage class gp2 uses the in-tree plugin kubernetes.io/aws-ebs, which cannot restore snapshots",
            "--class fast",
        ),
        (
            "efs-sc",
            "other_driver",
            f"storage class efs-sc is of efs.csi.aws.com, and recovery point {POINT} of ebs.csi.aws.com",
            "--class fast",
        ),
    ],
)
def test_a_class_that_cannot_serve_is_named_with_one_that_can(
    storage_class: str, code: str, text: str, fix: str
) -> None:
    found = the_finding(a_request(storage_class=storage_class), target=a_target(classes=CLASSES))
    assert (found.code, found.text, found.fix) == (code, text, fix)


def test_a_point_of_an_in_tree_volume_is_told_the_class_to_use() -> None:
    found = the_finding(
        point=a_point(storage_class="gp2"), target=a_target(classes={"gp2": IN_TREE, "gp3": GP3})
    )
    assert (found.code, found.fix) == ("in_tree_class", "--class gp3")


def test_without_any_csi_class_one_must_be_created() -> None:
    found = the_finding(target=a_target(classes={}))
    assert found.fix == (
        "create a storage class of ebs.csi.aws.com with the parameter csi.storage.k8s.io/fstype: xfs, and "
        "pass its name with --class"
    )


def test_a_shared_file_system_is_not_for_ebs_but_a_shared_block_device_may_be() -> None:
    shared = ("ReadWriteMany",)
    assert the_finding(point=a_point(access_modes=shared)).code == "access_modes"
    assert the_finding(point=a_point(access_modes=())).code == "access_modes_unknown"


def test_a_shared_device_needs_a_class_that_several_nodes_can_use() -> None:
    shared = a_point(access_modes=("ReadWriteMany",), volume_mode="Block")
    found = the_finding(point=shared)
    assert (found.code, found.severity) == ("volume_type_not_shared", Severity.ERROR)
    assert found.text == (
        f"recovery point {POINT} asks for ReadWriteMany, but storage class gp3 creates gp3 volumes, which "
        "only one node can use at a time"
    )
    io2 = {"io2": ClassFacts("io2", "ebs.csi.aws.com", True, "io2", fs_type="xfs")}
    assert plan(a_request(storage_class="io2"), shared, a_target(classes=io2)).findings == ()


@pytest.mark.parametrize(
    ("labels", "code", "text"),
    [
        (
            {"snapkeep.io/restored": "x"},
            "label_reserved",
            "label snapkeep.io/restored is reserved for Snapkeep, "
            "which sets its own labels on restored claims",
        ),
        (
            {"app": "a b"},
            "bad_label",
            "'app': 'a b' is not a valid label: names and values have 63 characters at most, letters, "
            "digits, -, _ "
            "and ., beginning and ending with a letter or digit",
        ),
        ({"-app": "x"}, "bad_label", "'-app': 'x' is not a valid label"),
        ({"": "x"}, "bad_label", "'': 'x' is not a valid label"),
        ({"a" * 64: "x"}, "bad_label", "is not a valid label"),
        ({"app": "x" * 64}, "bad_label", "is not a valid label"),
        ({"Bad_Prefix/app": "x"}, "bad_label", "is not a valid label"),
    ],
)
def test_a_label_that_kubernetes_would_refuse_is_refused(
    labels: dict[str, str], code: str, text: str
) -> None:
    found = the_finding(a_request(labels=labels))
    assert (found.code, found.severity) == (code, Severity.ERROR)
    assert text in found.text


def test_labels_that_kubernetes_takes_are_taken() -> None:
    labels = {"app.kubernetes.io/name": "mysql", "tier": "", "a" * 63: "b" * 63}
    assert plan(a_request(labels=labels), a_point(), a_target()).findings == ()


def test_a_silent_snapshot_controller_is_told_before_anybody_waits_for_it() -> None:
    since = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
    found = the_finding(target=a_target(controller_silent_since=since))
    assert (found.code, found.severity) == ("snapshot_controller_silent", Severity.WARNING)
    assert found.text == (
        "the snapshot controller of cluster myeks has given no sign of life since 2026-11-24 17:30 UTC: "
        "nothing "
        "is restored until it does"
    )
