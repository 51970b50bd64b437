"""The runbook for the day on which Snapkeep is gone, command by command: tags, the AWS CLI and kubectl."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.packaging.build import ROOT
from sandbox.launch import Sandbox
from tests.integration.deployed import CLUSTER, Deployed, config_of, deployed, until
from tests.integration.shell import Shell, blocks
from tests.integration.spare import OSAKA, admin_of, made_from, start_spare, used

pytestmark = pytest.mark.slow

PAGE = ROOT / "docs" / "restore-without-snapkeep.md"
VAULT, BORROWER = "222233334444", "333344445555"
POLICY = {"name": "wordpress", "method": "ebs"}


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Deployed]:
    with deployed(tmp_path, config_of(POLICY)) as product:
        yield product


@pytest.fixture
def copied(tmp_path: Path) -> Iterator[Deployed]:
    """A deployment whose points are copied to Osaka."""
    with deployed(tmp_path, copied_to_osaka) as product:
        product.backup("wordpress")
        product.until_closed("wordpress")
        product.invoke("copy-points", {})
        until(lambda: all_copied(product.sandbox) or None, "the copies to be ready")
        yield product


def copied_to_osaka(sandbox: Sandbox) -> dict[str, Any]:
    key = sandbox.client("kms", OSAKA).create_key()["KeyMetadata"]["Arn"]
    policy = POLICY | {"copies": [{"to": "osaka", "retention": {"last": 3}}]}
    return config_of(policy, places={"osaka": {"region": OSAKA, "kms_key": key}})


def all_copied(sandbox: Sandbox) -> bool:
    wanted = [{"Name": "tag:snapkeep:managed", "Values": ["copy"]}]
    found = sandbox.client("ec2", OSAKA).describe_snapshots(OwnerIds=["self"], Filters=wanted)["Snapshots"]
    return len(found) == 2 and all(each["State"] == "completed" for each in found)


def test_a_lost_namespace_comes_back_by_hand(product: Deployed, tmp_path: Path) -> None:
    product.backup("wordpress")
    product.until_closed("wordpress")
    product.admin.delete("/api/v1/namespaces/wordpress")
    shell = Shell(product.sandbox, tmp_path)
    find, see, keep, make, look, clean, *_ = blocks(PAGE)

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


def test_a_copy_in_another_region_comes_back_by_hand(copied: Deployed, tmp_path: Path) -> None:
    sandbox = copied.sandbox
    sandbox.aws.wait_idle()
    sandbox.stop_cluster(CLUSTER)
    sandbox.aws.settings(lost_regions=["ap-northeast-2"])
    spare = start_spare(sandbox, "gp3")
    shell = Shell(sandbox, tmp_path, spare.kubeconfig)
    _, _, _, make, _, _, find, lend, give_back, *_ = blocks(PAGE)

    taken, copy, size, key = shell.run(find).splitlines()[0].split()
    assert (size, "ap-northeast-3" in key) == ("20", True)
    shell.run(lend)
    shell.run(make)
    ec2 = sandbox.client("ec2", OSAKA)
    used(admin_of(spare), "recovered", "mysql-pv-claim")
    assert made_from(admin_of(spare), ec2, "recovered", "mysql-pv-claim") == copy
    shell.run(give_back)
    (left,) = ec2.describe_snapshots(SnapshotIds=[copy])["Snapshots"]
    tagged = {tag["Key"]: tag["Value"] for tag in left["Tags"]}
    assert tagged["snapkeep:taken"] == taken
    assert not [key for key in tagged if key == "snapkeep:hold" or not key.startswith("snapkeep:")]


def test_a_vault_lends_a_copy_by_hand(tmp_path: Path) -> None:
    with Sandbox(tmp_path / "sandbox", cluster="") as sandbox:
        sandbox.aws.settings(copy_seconds=0)
        copy, tagged = copy_in_vault(sandbox)
        own = sandbox.client("kms", account=BORROWER).create_key()["KeyMetadata"]["Arn"]
        shell = Shell(sandbox, tmp_path)
        share, borrow, end = list(blocks(PAGE))[9:12]
        named = f"export COPY={copy} BORROWER={BORROWER} OWN_KEY={own} VAULT_REGION=ap-northeast-2"
        in_vault, at_borrower = (f"export AWS_ACCESS_KEY_ID={each}\n" for each in (VAULT, BORROWER))

        shell.run(f"{named}\ncd {tmp_path}\n{in_vault}{share}")
        shell.run(f"cd {tmp_path}\n{at_borrower}{borrow}")
        shell.run(in_vault + end)

        (made,) = sandbox.client("ec2", account=BORROWER).describe_snapshots(OwnerIds=["self"])["Snapshots"]
        assert {tag["Key"]: tag["Value"] for tag in made["Tags"]} == tagged | {"snapkeep:place": "loan"}
        assert (made["State"], made["KmsKeyId"]) == ("completed", own)
        vault = sandbox.client("ec2", account=VAULT)
        assert not vault.describe_snapshots(RestorableByUserIds=[BORROWER], OwnerIds=["self"])["Snapshots"]
        (kept,) = vault.describe_snapshots(OwnerIds=["self"])["Snapshots"]
        assert not sandbox.client("kms", account=VAULT).list_grants(KeyId=kept["KmsKeyId"])["Grants"]


def copy_in_vault(sandbox: Sandbox) -> tuple[str, dict[str, str]]:
    """A completed copy in the account of a vault under its key, held there, and its other tags."""
    ec2, kms = (sandbox.client(each, account=VAULT) for each in ("ec2", "kms"))
    key = kms.create_key()["KeyMetadata"]["Arn"]
    zone = {"AvailabilityZone": "ap-northeast-2a", "Size": 1}
    volume = ec2.create_volume(**zone, Encrypted=True, KmsKeyId=key)["VolumeId"]
    made = str(ec2.create_snapshot(VolumeId=volume)["SnapshotId"])
    tagged = {"snapkeep:managed": "copy", "snapkeep:claim": "mysql", "snapkeep:place": "prod"}
    tags = [{"Key": key, "Value": value} for key, value in {**tagged, "snapkeep:hold": "true"}.items()]
    ec2.create_tags(Resources=[made], Tags=tags)
    sandbox.aws.settle_snapshot(made)
    return made, tagged


def user(claim: str) -> dict[str, object]:
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}]
    return {
        "metadata": {"name": "user"},
        "spec": {"containers": [{"name": "app", "image": "busybox"}], "volumes": volumes},
    }
