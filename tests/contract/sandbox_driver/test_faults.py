"""The driver can be broken in the ways that real ones break."""

from __future__ import annotations

import pytest

from tests.contract.sandbox_driver.lab import Lab


def test_without_a_snapshot_controller_a_snapshot_never_gets_a_status(lab: Lab) -> None:
    lab.bound_claim("data")
    lab.snapshot_class()
    lab.driver.control({"snapshot_controller": "missing"})
    lab.snapshot("snap1", "data")
    lab.bound_claim("later")
    assert lab.status("snap1") == {}

    lab.driver.control({"snapshot_controller": "running"})
    lab.ready("snap1")


def test_a_stuck_sidecar_leaves_the_content_not_ready_though_ec2_has_finished(lab: Lab) -> None:
    lab.bound_claim("data")
    lab.snapshot_class()
    lab.driver.control({"sidecar": "stuck"})
    lab.snapshot("snap1", "data")
    status = lab.until(lambda: "creationTime" in lab.status("snap1") and lab.status("snap1"))
    assert [snapshot.state for snapshot in lab.ec2.cut.values()] == ["completed"]
    assert status["readyToUse"] is False

    lab.driver.control({"sidecar": "running"})
    lab.ready("snap1")
    assert lab.ec2.calls.count("CreateSnapshot") == 1


def test_a_slow_driver_takes_its_time_and_gets_there(lab: Lab) -> None:
    lab.bound_claim("data")
    lab.snapshot_class()
    lab.driver.control({"slow_seconds": 0.6})
    lab.snapshot("snap1", "data")
    lab.until(lambda: lab.status("snap1"))
    assert lab.ec2.calls.count("CreateSnapshot") == 0

    lab.ready("snap1")


def test_an_ec2_error_shows_in_the_status_and_is_retried(lab: Lab) -> None:
    lab.bound_claim("data")
    lab.snapshot_class()
    lab.driver.control({"create_snapshot_error": "RequestLimitExceeded", "create_snapshot_error_times": 2})
    lab.snapshot("snap1", "data")

    lab.until(lambda: "api error RequestLimitExceeded" in lab.error("snap1"))

    lab.ready("snap1")
    assert lab.error("snap1") == ""
    assert lab.ec2.calls.count("CreateSnapshot") == 1


def test_a_switch_that_does_not_exist_is_refused_with_those_that_do(lab: Lab) -> None:
    with pytest.raises(ValueError, match="no such switch: sidecars; there are snapshot_controller, sidecar"):
        lab.driver.control({"sidecars": "stuck"})
    with pytest.raises(ValueError, match="sidecar is running or stuck"):
        lab.driver.control({"sidecar": "tired"})
