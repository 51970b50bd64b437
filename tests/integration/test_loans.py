"""A vault lends a copy of an account that is gone; a third account borrows it and restores from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.launch import Sandbox
from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.copies.places import Home, Place
from snapkeep.domain.drivers import EBS_CSI
from tests.integration.deployed import CLUSTER, Deployed, config_of, deployed
from tests.integration.flows.command import snapkeep
from tests.integration.spare import made_from, used
from tests.integration.vaults import HOME, VAULT, DeployedVault, deploy_vault
from tests.unit.snapkeep.domain.copies.copy_samples import a_source

pytestmark = pytest.mark.slow

BORROWER, GONE, STRANGER = "111122223333", "444455556666", "555566667777"
RESTORING = {tags.HOLD, EBS_CSI.mark, EBS_CSI.cluster_key}


def config(sandbox: Sandbox) -> dict[str, Any]:
    key = sandbox.client("kms").create_key()["KeyMetadata"]["Arn"]
    return config_of({"name": "nothing"}, adopt=True, borrow={"from": [VAULT], "kms_key": key})


@pytest.fixture
def borrower(tmp_path: Path) -> Iterator[Deployed]:
    """A deployment with the cluster, in an account that had no backups."""
    with deployed(tmp_path / "borrower", config) as product:
        product.sandbox.aws.settings(functions_follow_clock=True)
        yield product


@pytest.fixture
def vault(borrower: Deployed, tmp_path: Path) -> DeployedVault:
    return deploy_vault(borrower.sandbox, HOME, tmp_path / "vault", lend_to=[BORROWER], account=GONE)


@pytest.fixture
def copy(vault: DeployedVault) -> str:
    """The vault's copy of claim wordpress/data of the account that is gone."""
    source = a_source()
    place, ec2 = Place("prod", HOME, vault.key), vault.client("ec2")
    zone = {"AvailabilityZone": f"{HOME}a", "Size": source.size_bytes >> 30}
    volume = ec2.create_volume(**zone, Encrypted=True, KmsKeyId=vault.key)["VolumeId"]
    named = copy_tags.copy_tags(source, place, Home(GONE, HOME))
    tagged = [{"Key": key, "Value": value} for key, value in named.items()]
    specification = {"ResourceType": "snapshot", "Tags": tagged}
    made = str(ec2.create_snapshot(VolumeId=volume, TagSpecifications=[specification])["SnapshotId"])
    vault.sandbox.aws.settle_snapshot(made)
    return made


def test_a_claim_comes_back_from_a_loan_that_ends_by_itself(
    borrower: Deployed, vault: DeployedVault, copy: str, tmp_path: Path
) -> None:
    there = Deployed(
        vault.sandbox, borrower.cluster, borrower.admin, vault.outputs, region=vault.region, account=VAULT
    )
    file = tmp_path / "loan.json"
    refused = snapkeep(there, "copies", "lend", copy, "--to", STRANGER)
    assert (refused.returncode, "is not in the vault's lend_to" in refused.stderr) == (3, True), (
        refused.stderr
    )
    typed(there, "copies", "lend", copy, "--to", BORROWER, "--for", "2h", "-o", str(file))
    (listed,) = json.loads(typed(there, "get", "loans", "-o", "json"))["loans"]
    assert (listed["snapshot_id"], listed["account"], listed["state"]) == (copy, BORROWER, "lent")
    assert rights(vault, copy) == ([copy], [f"snapkeep-loan:{copy}:{BORROWER}"])
    (held,) = vault.copies()
    assert tags.HOLD in held["Tags"]

    typed(borrower, "copies", "borrow", "--loan", str(file))
    borrower.sandbox.aws.advance(timedelta(seconds=30), only="none")
    borrowed = json.loads(typed(borrower, "copies", "borrow", "--loan", str(file), "-o", "json"))
    assert (borrowed["state"], borrowed["claim"]) == ("ready", "data")

    words = ("--from-place", "loan", "--claim", "wordpress/data", "--class", "gp3", "--from-cluster", CLUSTER)
    typed(borrower, "restore", *words, "--cluster", CLUSTER, "--wait")
    used(borrower.admin, "wordpress", "data")
    ec2 = borrower.client("ec2")
    assert made_from(borrower.admin, ec2, "wordpress", "data") == borrowed["snapshot_id"]
    borrower.invoke("finish-restores", {})

    vault.sandbox.aws.advance(timedelta(hours=2), only="none")
    assert len(vault.invoke("lend-copies", {})["ended"]) == 1
    assert rights(vault, copy) == ([], [])
    (kept,) = vault.copies()
    assert kept["SnapshotId"] == copy and tags.HOLD not in kept["Tags"]
    with pytest.raises(ClientError, match="NotFound"):
        ec2.describe_snapshots(SnapshotIds=[copy])
    (left,) = ec2.describe_snapshots(SnapshotIds=[borrowed["snapshot_id"]])["Snapshots"]
    assert not RESTORING & {tag["Key"] for tag in left["Tags"]}


def rights(vault: DeployedVault, copy: str) -> tuple[list[str], list[str]]:
    """The copies that are shared with the borrower, and the names of the grants on the vault's key."""
    shared = vault.client("ec2").describe_snapshots(OwnerIds=["self"], RestorableByUserIds=[BORROWER])
    grants = vault.client("kms").list_grants(KeyId=vault.key)["Grants"]
    return [each["SnapshotId"] for each in shared["Snapshots"]], [each["Name"] for each in grants]


def typed(product: Deployed, *words: str) -> str:
    """What `snapkeep` prints when somebody types this."""
    done = snapkeep(product, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout
