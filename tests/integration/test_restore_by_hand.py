"""The runbook for the day on which Snapkeep is gone, command by command: tags, the AWS CLI and kubectl."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.packaging.build import ROOT
from tests.integration.deployed import Deployed, config_of, deployed, until
from tests.integration.shell import Shell, blocks

pytestmark = pytest.mark.slow

PAGE = ROOT / "docs" / "restore-without-snapkeep.md"
POLICY = {"name": "wordpress", "method": "ebs"}


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Deployed]:
    with deployed(tmp_path, config_of(POLICY)) as product:
        yield product


def test_a_lost_namespace_comes_back_by_hand(product: Deployed, tmp_path: Path) -> None:
    assert shutil.which("kubectl"), "the runbook is tried with kubectl: put it on PATH"
    product.backup("wordpress")
    product.until_closed("wordpress")
    product.admin.delete("/api/v1/namespaces/wordpress")
    shell = Shell(product.sandbox, tmp_path)
    find, see, keep, make, look, clean = blocks(PAGE)

    newest = shell.run(find).splitlines()[0].split()
    point = next(each for each in product.snapshots("wordpress") if each.id == newest[1])
    assert newest[2] == "20"
    assert f"snapkeep:claim-uid\t{point.tags['snapkeep:claim-uid']}" in shell.run(see)
    shell.run(keep)
    shell.run(make)
    claim = "/api/v1/namespaces/recovered/persistentvolumeclaims/mysql-pv-claim"
    product.admin.create("/api/v1/namespaces/recovered/pods", user("mysql-pv-claim"))
    bound = until(
        lambda: found if (found := product.admin.get(claim))["status"]["phase"] == "Bound" else None,
        "the claim to be bound",
    )
    volume = product.admin.get(f"/api/v1/persistentvolumes/{bound['spec']['volumeName']}")
    handle = volume["spec"]["csi"]["volumeHandle"]
    (made,) = product.sandbox.client("ec2").describe_volumes(VolumeIds=[handle])["Volumes"]
    assert made["SnapshotId"] == point.id
    assert "mysql-pv-claim" in shell.run(look)
    shell.run(clean)
    left = {each.id: each.tags for each in product.snapshots("wordpress")}
    assert "snapkeep:hold" not in left[point.id], "the backup stays, the hold goes"


def user(claim: str) -> dict[str, object]:
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}]
    return {
        "metadata": {"name": "user"},
        "spec": {"containers": [{"name": "app", "image": "busybox"}], "volumes": volumes},
    }
