"""A locked recovery point stays whatever retention or anybody says, and goes once its lock has ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from tests.integration.deployed import SLOT, Deployed
from tests.integration.flows.story import pass_time

POLICY = "locked"


def test_nothing_deletes_a_locked_point_before_its_time(product: Deployed) -> None:
    product.make_claims(POLICY, 1)
    for day in range(2):
        slot = SLOT + timedelta(days=day)
        product.backup(POLICY, slot)
        product.until_closed(POLICY, slot=slot)
        pass_time(product, timedelta(minutes=1))
    ec2 = product.sandbox.client("ec2")
    locks = {item["SnapshotId"]: item for item in ec2.describe_locked_snapshots()["Snapshots"]}
    older, newer = sorted(product.snapshots(POLICY), key=lambda item: item.tags["snapkeep:slot"])
    assert {locks[item.id]["LockState"] for item in (older, newer)} == {"governance"}

    with pytest.raises(ClientError, match="locked"):
        ec2.delete_snapshot(SnapshotId=older.id)
    (report,) = product.invoke("prune", {"cluster": "myeks"})["clusters"]
    assert "locked" in str(report)
    assert {item.id for item in product.snapshots(POLICY)} == {older.id, newer.id}

    pass_time(product, timedelta(days=8))
    product.invoke("prune", {"cluster": "myeks"})
    assert [item.id for item in product.snapshots(POLICY)] == [newer.id]
