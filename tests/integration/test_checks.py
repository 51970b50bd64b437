"""The deployed function looks into points under its own role: good, suspicious, and under another key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.launch import Sandbox
from tests.filesystems.images import unpack
from tests.integration.deployed import Deployed, config_of, deployed

pytestmark = pytest.mark.slow

MOST_BLOCKS = 60
"""Blocks that a look into a small file system may read."""


@pytest.fixture(scope="module")
def keys() -> dict[str, str]:
    """The keys of the sandbox by name: that of the config, and another."""
    return {}


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, keys: dict[str, str]) -> Iterator[Deployed]:
    policies = [
        {"name": "known", "method": "ebs"},
        {"name": "other", "method": "ebs"},
    ]

    def config(sandbox: Sandbox) -> dict[str, Any]:
        for name in ("known", "other"):
            keys[name] = sandbox.client("kms").create_key()["KeyMetadata"]["Arn"]
        return config_of(*policies, checks={"keys": [keys["known"]]})

    with deployed(tmp_path_factory.mktemp("checks"), config) as product:
        for name, key in keys.items():
            product.make_claims(name, 1, key)
        yield product


def volume_of(product: Deployed, namespace: str) -> str:
    """The EBS volume of the only claim of a namespace."""
    claim = product.admin.get(f"/api/v1/namespaces/{namespace}/persistentvolumeclaims/bulk-0000")
    volume = product.admin.get(f"/api/v1/persistentvolumes/{claim['spec']['volumeName']}")
    return str(volume["spec"]["csi"]["volumeHandle"])


def backed_up(product: Deployed, policy: str, image: Path) -> str:
    """The id of the point that a run takes of a volume with the blocks of an image."""
    before = {each["id"] for each in product.points(policy)}
    product.sandbox.aws.write_image(volume_of(product, policy), image)
    product.backup(policy)
    product.until_closed(policy)
    (made,) = {each["id"] for each in product.points(policy)} - before
    return str(made)


def check(product: Deployed) -> dict[str, Any]:
    """What one pass reports."""
    (report,) = product.invoke("check-points", {"scheduledTime": "2026-11-24T18:15:00Z"})["clusters"]
    assert report["given_up"] == {}
    return dict(report)


def test_points_are_looked_into_and_a_suspicious_one_keeps_the_good_one_before_it(
    product: Deployed, keys: dict[str, str], tmp_path: Path
) -> None:
    good = backed_up(product, "known", unpack("xfs", tmp_path)[0])
    unread = backed_up(product, "other", tmp_path / "image")
    report = check(product)
    assert (report["checked"], report["suspicious"]) == ([good], {})
    said = f"key {keys['other']} does not let check_points read it; "
    assert report["not_looked_at"][unread].startswith(said)
    assert 0 < report["cost"]["blocks"] < MOST_BLOCKS
    (snapshot,) = product.snapshots("known")
    assert snapshot.tags["snapkeep:checked"].startswith("checked ")

    formatted = backed_up(product, "known", unpack("ext4", tmp_path)[0])
    report = check(product)
    assert (report["checked"], list(report["suspicious"])) == ([], [formatted])
    for _ in range(3):
        product.backup("known")
        product.until_closed("known")
    product.prune()
    kept = {each.tags["snapkeep:point"] for each in product.snapshots("known")}
    assert good in kept and formatted not in kept, "retention keeps three, and what a suspicion names"
    assert len(kept) == 4
