"""Findings about copies in a place."""

from __future__ import annotations

from typing import Any

from snapkeep.domain.drivers import AUTO_MODE, EBS_CSI
from snapkeep.domain.restore.findings import Severity
from snapkeep.domain.restore.operations import Way
from snapkeep.domain.restore.plans import RestorePlan, plan
from snapkeep.domain.restore.targets import ClassFacts
from tests.fakes.preflight_samples import GP3, a_point, a_request, a_target

KEY = "arn:aws:kms:ap-northeast-2:111122223333:key/1"


def planned(request: dict[str, Any] | None = None, **point: Any) -> RestorePlan:
    given: dict[str, Any] = {"place": "osaka", "driver_tags": {}, "key": KEY, "owner": "111122223333"}
    auto = ClassFacts("auto", AUTO_MODE.name, waits_for_consumer=True, fs_type="xfs")
    target = a_target(classes={"gp3": GP3, "auto": auto})
    return plan(a_request(**(request or {})), a_point(**(given | point)), target)


def codes(found: RestorePlan) -> dict[str, Severity]:
    return {finding.code: finding.severity for finding in found.findings}


def test_a_copy_lacks_no_tags_because_the_restore_lends_them() -> None:
    found = planned()
    assert codes(found) == {"copy_lent": Severity.INFO, "key_of_copy": Severity.INFO}
    text = {finding.code: finding.text for finding in found.findings}
    assert "ebs.csi.aws.com/cluster=true, ebs.csi.aws.com/cluster-name=myeks" in text["copy_lent"]
    assert KEY in text["key_of_copy"] and "kms:CreateGrant" in text["key_of_copy"]


def test_an_auto_mode_class_is_lent_its_own_tags() -> None:
    found = planned({"storage_class": "auto"})
    (lent,) = [finding.text for finding in found.findings if finding.code == "copy_lent"]
    assert "eks:eks-cluster-name=myeks" in lent


def test_a_copy_that_is_being_restored_into_another_cluster_is_refused() -> None:
    found = planned(driver_tags=EBS_CSI.tags("elsewhere"))
    assert found.refused
    assert found.findings[0].code == "copy_lent_elsewhere"
    assert "elsewhere" in found.findings[0].text
    assert not planned(driver_tags=EBS_CSI.tags("myeks")).refused


def test_a_copy_is_imported_even_where_a_volume_snapshot_has_its_name() -> None:
    found = planned(volume_snapshot="ready", snapshot_driver=EBS_CSI.name)
    assert found.way is Way.IMPORT


def test_an_archived_copy_is_refused_with_commands_that_work_on_copies() -> None:
    first = planned(archived=True).findings[0]
    assert first.code == "point_archived" and planned(archived=True).refused
    assert "snapkeep hold" not in first.fix and "Key=snapkeep:hold" in first.fix


def test_a_copy_whose_key_cannot_be_used_is_refused_and_the_driver_is_told_what_it_needs() -> None:
    found = planned(kms_trouble=f"{KEY} is disabled")
    assert found.refused
    assert [finding.code for finding in found.findings] == ["key_unusable", "copy_lent", "key_of_copy"]


def test_other_points_have_none_of_it() -> None:
    assert planned(place="", driver_tags=EBS_CSI.tags("myeks")).findings == ()
