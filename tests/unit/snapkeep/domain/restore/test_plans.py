"""The plan: all findings at once, refused or carried out."""

from __future__ import annotations

import pytest

from snapkeep.domain.points import PointState
from snapkeep.domain.restore.operations import Way
from snapkeep.domain.restore.plans import plan
from tests.fakes.preflight_samples import GIB, a_point, a_request, a_target
from tests.fakes.restore_samples import NOW


def test_everything_that_is_wrong_is_told_at_once_errors_first() -> None:
    found = plan(
        a_request(size="4Gi", zone="ap-northeast-2z"),
        a_point(state=PointState.PENDING, driver_tags={}),
        a_target(claim_exists=True, namespace_phase="Terminating"),
    )
    assert [item.code for item in found.findings] == [
        "too_small",
        "point_not_ready",
        "claim_exists",
        "namespace_terminating",
        "driver_tag_missing",
        "zone_without_nodes",
    ]
    assert found.refused


def test_a_warning_refuses_only_a_strict_request() -> None:
    point = a_point(driver_tags={})
    assert not plan(a_request(), point, a_target()).refused
    assert plan(a_request(strict=True), point, a_target()).refused


def test_a_refused_plan_cannot_be_carried_out() -> None:
    with pytest.raises(ValueError, match="asks for 4Gi"):
        plan(a_request(size="4Gi"), a_point(), a_target()).operation("1", "ann", NOW)


def test_an_accepted_plan_is_carried_out_as_planned() -> None:
    accepted = plan(a_request(size="12Gi", labels={"app": "web"}), a_point(), a_target())
    operation = accepted.operation("000000000001", "ann", NOW)
    assert (operation.size_bytes, operation.storage_class, operation.labels) == (
        12 * GIB,
        "gp3",
        {"app": "web"},
    )
    assert (operation.snapshot_id, operation.target, operation.caller) == ("snap-1", "ebs-claim-2", "ann")


@pytest.mark.parametrize(
    ("namespace", "snapshot", "way"),
    [
        ("shop", "ebs-claim-1", Way.SAME_NAMESPACE),
        ("shop", "", Way.IMPORT),
        ("other", "ebs-claim-1", Way.IMPORT),
    ],
)
def test_a_volume_snapshot_serves_its_own_namespace_only(namespace: str, snapshot: str, way: Way) -> None:
    found = plan(
        a_request(namespace=namespace),
        a_point(volume_snapshot=snapshot, snapshot_driver="ebs.csi.aws.com"),
        a_target(),
    )
    assert found.way is way
    assert found.operation("1", "ann", NOW).volume_snapshot == (snapshot if way is Way.SAME_NAMESPACE else "")
