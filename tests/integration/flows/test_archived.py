"""A restore from the archive tier, as deployed: the point comes back first, and the claim follows."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from snapkeep.domain import tags
from tests.integration.deployed import Deployed, until
from tests.integration.flows.command import snapkeep
from tests.integration.flows.story import pass_time

POLICY = "archived"


def test_an_archived_point_is_brought_back_before_its_claim_is_made(product: Deployed) -> None:
    product.make_claims(POLICY, 1)
    product.backup(POLICY)
    product.until_closed(POLICY)
    (snapshot,) = product.snapshots(POLICY)
    archive(product, snapshot.id)
    product.sandbox.aws.settings(tier_restore_seconds=3600.0)

    asked = snapkeep(
        product, "restore", snapshot.tags[tags.POINT], "-n", POLICY, "--as", "back", "-o", "json"
    )
    assert asked.returncode == 0, asked.stderr
    assert "takes up to 72 hours and costs about" in asked.stderr
    restore = json.loads(asked.stdout)
    assert restore["state"] == "bringing_back"
    assert tags.HOLD in product.snapshots(POLICY)[0].tags

    assert restore["id"] in product.invoke("finish-restores", {})["waiting"]
    product.invoke("finish-restores", {})
    told = snapkeep(product, "get", "restore", restore["id"], "-n", POLICY).stdout
    assert "bringing_back" in told and "bringing back from the archive tier since" in told
    assert "back" not in claims(product)

    pass_time(product, timedelta(hours=2))
    assert restore["id"] in product.invoke("finish-restores", {})["made"]
    assert "back" in claims(product)
    status = tier(product, snapshot.id)
    assert status["StorageTier"] == "archive" and status["RestoreExpiryTime"] is not None


def archive(product: Deployed, snapshot_id: str) -> None:
    """Archive a snapshot as a person would, and wait until it is there."""
    product.sandbox.client("ec2").modify_snapshot_tier(SnapshotId=snapshot_id, StorageTier="archive")
    until(
        lambda: tier(product, snapshot_id)["StorageTier"] == "archive" or None, "the snapshot to be archived"
    )


def tier(product: Deployed, snapshot_id: str) -> dict[str, Any]:
    wanted = [{"Name": "snapshot-id", "Values": [snapshot_id]}]
    found = product.sandbox.client("ec2").describe_snapshot_tier_status(Filters=wanted)
    (status,) = found["SnapshotTierStatuses"]
    return dict(status)


def claims(product: Deployed) -> set[str]:
    listed = product.admin.get(f"/api/v1/namespaces/{POLICY}/persistentvolumeclaims")["items"]
    return {claim["metadata"]["name"] for claim in listed}
