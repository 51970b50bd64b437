"""A locked recovery point stays, whatever retention or anybody says, and goes once its lock has ended.

What somebody takes out of the Recycle Bin then is kept for a while.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from snapkeep.domain import tags
from tests.integration.deployed import Deployed
from tests.integration.flows.story import pass_time

POLICY = "locked"


def test_nothing_deletes_a_locked_point_before_its_time(product: Deployed) -> None:
    product.make_claims(POLICY, 1)
    product.prune()  # from now on the policy's retention is known, and nothing of it is in a grace
    for _ in range(2):
        product.backup(POLICY)
        product.until_closed(POLICY)
        pass_time(product, timedelta(minutes=1))
    ec2 = product.sandbox.client("ec2")
    older, newer = sorted(product.snapshots(POLICY), key=lambda item: item.tags[tags.SLOT])
    both = {older.id, newer.id}
    found = ec2.describe_locked_snapshots(SnapshotIds=[*both])["Snapshots"]
    assert {(item["SnapshotId"], item["LockState"], item["LockDuration"]) for item in found} == {
        (name, "governance", 7) for name in both
    }
    ends = {item["SnapshotId"]: item["LockExpiresOn"] for item in found}

    for name in both:
        with pytest.raises(ClientError, match="locked"):
            ec2.delete_snapshot(SnapshotId=name)
    reasons = dict(product.prune()["keep"])
    why = f"locked (governance) until {ends[older.id]:%Y-%m-%d %H:%M} UTC"
    assert why in reasons.get(older.id, [why])  # the report shows the first 50 points of the cluster
    assert {item.id for item in product.snapshots(POLICY)} == both

    pass_time(product, timedelta(days=8))
    product.sandbox.aws.settings(recycle_bin_days=30)
    product.prune()
    product.sandbox.aws.settings(recycle_bin_days=0)
    assert [item.id for item in product.snapshots(POLICY)] == [newer.id]

    ec2.restore_snapshot_from_recycle_bin(SnapshotId=older.id)
    notes = product.prune()["notes"]
    assert [note for note in notes if note.startswith(f"{older.id}: brought back after")], notes
    assert {item.id for item in product.snapshots(POLICY)} == both
