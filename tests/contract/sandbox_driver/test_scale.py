"""Many snapshots at once: few calls, each snapshot cut exactly once."""

from __future__ import annotations

import pytest

from sandbox.driver.boto_ec2 import BotoEc2
from sandbox.lab import bulk_claims
from sandbox.launch import Sandbox
from tests.contract.sandbox_driver.lab import Lab

COUNT = 300


@pytest.mark.slow
def test_hundreds_of_snapshots_become_ready_with_one_create_each_and_few_looks(aws: Sandbox) -> None:
    ec2 = aws.client("ec2")
    lab = Lab(ec2=BotoEc2(ec2))
    lab.snapshot_class()
    names = bulk_claims(lab.store, ec2, COUNT, "default")
    aws.aws.forget_calls()
    for name in names:
        lab.snapshot(name, name)

    lab.until(lambda: all(lab.status(name).get("readyToUse") for name in names), "all ready", seconds=60)

    lab.stop()
    calls = aws.aws.calls()
    assert calls["ec2:CreateSnapshot"] == COUNT
    assert calls["ec2:DescribeSnapshots"] < COUNT / 2
