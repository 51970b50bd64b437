"""The deployed functions move a monthly point to the archive tier, and bring it back for a restore."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from snapkeep.domain.proof.blocks import BLOCK
from tests.integration.api import Person
from tests.integration.deployed import Deployed, config_of, deployed, until

pytestmark = pytest.mark.slow

POLICY = "monthly"
RESTORES = f"/v1/clusters/myeks/namespaces/{POLICY}/restores"
MONTH, HOUR = timedelta(days=31), timedelta(hours=1)
TICK = {"scheduledTime": "2026-11-24T18:15:00Z"}


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    policy = {
        "name": POLICY,
        "method": "ebs",
        "retention": {"last": 1, "monthly": 12},
        "archive_after": {"monthly": "30d"},
    }
    with deployed(tmp_path_factory.mktemp("archive"), config_of(policy)) as product:
        product.sandbox.aws.settings(
            functions_follow_clock=True, archive_seconds=3600, tier_restore_seconds=2 * 3600
        )
        product.make_claims(POLICY, 1)
        yield product


def later(product: Deployed, by: timedelta) -> None:
    product.sandbox.aws.advance(by, only="none")
    product.sandbox.aws.wait_idle()


def volume(product: Deployed) -> str:
    """The EBS volume of the claim."""
    claim = product.admin.get(f"/api/v1/namespaces/{POLICY}/persistentvolumeclaims/bulk-0000")
    found = product.admin.get(f"/api/v1/persistentvolumes/{claim['spec']['volumeName']}")
    return str(found["spec"]["csi"]["volumeHandle"])


def back_up_months(product: Deployed, months: int, image: Path) -> list[str]:
    """A point a month of a volume that is written anew each time: the ids of their snapshots, in order."""
    made: list[str] = []
    for _ in range(months):
        image.write_bytes(os.urandom(4 * BLOCK))
        product.sandbox.aws.write_image(volume(product), image)
        product.backup(POLICY)
        product.until_closed(POLICY)
        made += {each.id for each in product.snapshots(POLICY)} - set(made)
        later(product, MONTH)
    return made


def archive(product: Deployed) -> dict[str, Any]:
    """What one pass reports."""
    (report,) = product.invoke("archive-points", TICK)["clusters"]
    assert report["given_up"] == {}
    return dict(report)


def described(product: Deployed, snapshot: str) -> dict[str, Any]:
    (found,) = product.client("ec2").describe_snapshots(SnapshotIds=[snapshot])["Snapshots"]
    return {**found, "Tags": {each["Key"]: each["Value"] for each in found["Tags"]}}


def test_a_monthly_point_is_archived_and_comes_back_for_a_restore(product: Deployed, tmp_path: Path) -> None:
    first, second, third, newest = back_up_months(product, 4, tmp_path / "image")
    ann = Person(product, "ann")

    report = archive(product)
    assert len(report["begun"]) == 1 and "(100%)" in str(report["begun"])
    assert len(report["waiting"]) == 1, "one snapshot of a volume a day"
    later(product, HOUR)
    (archived,) = [each for each in (second, third) if described(product, each)["StorageTier"] == "archive"]
    settled = until(
        lambda: [each["stage"] for each in records(product) if each["snapshot_id"] == archived] or None,
        "the record of the archive",
    )
    assert settled == ["archived"], "by the event, without another pass"
    assert described(product, archived)["Tags"]["snapkeep:archived"].endswith("Z")
    for each in (first, newest):
        assert described(product, each)["StorageTier"] == "standard"

    point = described(product, archived)["Tags"]["snapkeep:point"]
    answer = ann.post(RESTORES, {"recovery_point": point, "target": "back"})
    assert answer.status == 202, answer.body
    product.invoke("finish-restores", {})
    shown = ann.get(f"{RESTORES}/{answer.json['id']}").json
    assert shown["state"] == "bringing_back", shown
    later(product, 2 * HOUR)
    assert "RestoreExpiryTime" in described(product, archived)
    product.invoke("finish-restores", {})
    claim = product.admin.get(f"/api/v1/namespaces/{POLICY}/persistentvolumeclaims/back")
    assert claim["spec"]["dataSource"]["kind"] == "VolumeSnapshot"

    again = archive(product)
    assert list(again["begun"]) == list(report["waiting"])


def records(product: Deployed) -> list[dict[str, str]]:
    """What the journal knows of archives."""
    items = product.client("dynamodb").query(
        TableName=product.outputs["JournalTableName"],
        KeyConditionExpression="pk = :cluster",
        ExpressionAttributeValues={":cluster": {"S": "ARCHIVES#myeks"}},
    )["Items"]
    return [{name: str(each[name]["S"]) for name in ("snapshot_id", "stage")} for each in items]
