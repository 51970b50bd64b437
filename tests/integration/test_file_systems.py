"""The deployed function has AWS Backup back up file systems under its own role, and hears how that ended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.deployed import CLUSTER, Deployed, config_of, deployed, until
from tests.integration.flows.command import snapkeep

pytestmark = pytest.mark.slow

VAULT = "snapkeep-efs"
HOURLY = {"expression": "cron(0 * * * ? 1970-2199)", "catch_up": "3 hours"}
"""Scheduler alone can evaluate years, so no hour counts as missed or late."""
SHARED = "shared"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    shared = {"name": SHARED, "method": "aws-backup", "schedule": HOURLY}
    policies = [shared, {"name": "daily", "method": "ebs"}]
    with deployed(tmp_path_factory.mktemp("efs"), config_of(*policies)) as product:
        yield product


@pytest.fixture(scope="module")
def file_system(product: Deployed) -> str:
    """A file system with the folder of a claim, made as the EFS driver makes both."""
    efs = product.client("efs")
    name = str(efs.create_file_system()["FileSystemId"])
    point = efs.create_access_point(
        ClientToken="claim",
        FileSystemId=name,
        PosixUser={"Uid": 1000, "Gid": 1000},
        RootDirectory={"Path": "/pvc-1"},
    )
    product.sandbox.aws.write_file(name, "/pvc-1/index.html", "hello")
    make_claim(product, f"{name}::{point['AccessPointId']}")
    return name


def make_claim(product: Deployed, handle: str) -> None:
    """A bound claim on the volume with this handle."""
    product.admin.create("/api/v1/namespaces", {"metadata": {"name": SHARED}})
    spec: dict[str, Any] = {
        "accessModes": ["ReadWriteMany"],
        "storageClassName": "efs-sc",
    }
    volume = {
        **spec,
        "capacity": {"storage": "5Gi"},
        "persistentVolumeReclaimPolicy": "Retain",
        "csi": {"driver": "efs.csi.aws.com", "volumeHandle": handle},
        "claimRef": {"namespace": SHARED, "name": "web"},
    }
    product.admin.create("/api/v1/persistentvolumes", {"metadata": {"name": "pv-web"}, "spec": volume})
    claims = f"/api/v1/namespaces/{SHARED}/persistentvolumeclaims"
    claim = {**spec, "volumeName": "pv-web", "resources": {"requests": {"storage": "5Gi"}}}
    product.admin.create(claims, {"metadata": {"name": "web"}, "spec": claim})
    until(
        lambda: product.admin.get(f"{claims}/web")["status"].get("phase") == "Bound" or None,
        "the claim to be bound",
    )


def hour(ago: int) -> datetime:
    """The slot of so many hours ago."""
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=ago)


def back_up(product: Deployed, slot: datetime) -> dict[str, Any]:
    """What the function answers to a slot."""
    message = {"cluster": CLUSTER, "policy": SHARED, "scheduledTime": f"{slot:%Y-%m-%dT%H:%M:%SZ}"}
    return product.invoke("back-up-file-systems", message)


def turn(product: Deployed) -> dict[str, Any]:
    """What the function answers to its schedule of every 15 minutes."""
    return product.invoke("back-up-file-systems", {"scheduledTime": "2026-11-24T18:15:00Z"})


def let_the_pause_end(product: Deployed) -> None:
    """Let the job that failed have ended an hour ago."""
    journal, table = product.client("dynamodb"), product.outputs["JournalTableName"]
    (item,) = (
        each for each in journal.scan(TableName=table)["Items"] if "planned" in str(each.get("backup"))
    )
    fields = json.loads(item["backup"]["S"])
    fields["ended_at"] = (datetime.fromisoformat(fields["ended_at"]) - timedelta(hours=1)).isoformat()
    journal.put_item(TableName=table, Item=item | {"backup": {"S": json.dumps(fields)}})


def jobs(product: Deployed, state: str) -> list[dict[str, Any]]:
    """The AWS Backup jobs in this state."""
    return list(product.client("backup").list_backup_jobs(ByState=state)["BackupJobs"])


def points(product: Deployed) -> list[dict[str, Any]]:
    """The recovery points in the vault that are complete."""
    backup = product.client("backup")
    found = backup.list_recovery_points_by_backup_vault(BackupVaultName=VAULT)["RecoveryPoints"]
    return [each for each in found if each["Status"] == "COMPLETED"]


def test_a_slot_gives_a_recovery_point_that_says_what_is_in_it(product: Deployed, file_system: str) -> None:
    slot = hour(ago=1)
    report = back_up(product, slot)
    (begun,) = report["begun"]
    assert (report["skipped"], report["silent"]) == ({}, {})

    (point,) = until(lambda: points(product) or None, "a recovery point")
    tags = product.client("backup").list_tags(ResourceArn=point["RecoveryPointArn"])["Tags"]
    assert point["ResourceArn"].endswith(file_system)
    assert tags["snapkeep:claim-1"] == f"{CLUSTER}/{SHARED}/web /pvc-1 1000:1000"
    assert (tags["snapkeep:policy"], tags["snapkeep:point"]) == (SHARED, begun)
    assert tags["snapkeep:slot"] == f"{slot:%Y%m%dT%H%M%SZ}"


def test_the_event_of_its_end_is_enough_to_settle_it(product: Deployed, file_system: str) -> None:
    until(lambda: points(product) or None, "a recovery point")
    product.sandbox.aws.wait_idle()

    report = turn(product)
    assert (report["ready"], report["failed"], report["given_up"]) == ([], {}, {})
    table = product.outputs["JournalTableName"]
    items = product.client("dynamodb").scan(TableName=table)["Items"]
    (backup,) = (each["backup"]["S"] for each in items if "backup" in each)
    assert '"state": "ready"' in backup


def test_a_job_that_fails_is_followed_by_another_in_the_next_turn(
    product: Deployed, file_system: str
) -> None:
    product.sandbox.aws.fail_backups(file_system)
    back_up(product, hour(ago=0))
    until(lambda: jobs(product, "FAILED") or None, "the job to fail")
    product.sandbox.aws.wait_idle()
    assert len(points(product)) == 1
    let_the_pause_end(product)

    turn(product)

    assert len(until(lambda: found if len(found := points(product)) == 2 else None, "another point")) == 2


def test_not_even_an_admin_deletes_a_recovery_point(product: Deployed, file_system: str) -> None:
    point, *_ = until(lambda: points(product) or None, "a recovery point")
    named = {"BackupVaultName": VAULT, "RecoveryPointArn": point["RecoveryPointArn"]}

    with pytest.raises(ClientError, match="AccessDenied"):
        product.client("backup").delete_recovery_point(**named)
    assert product.client("backup").describe_recovery_point(**named)["Status"] == "COMPLETED"


def test_people_see_that_the_claim_is_protected_and_what_that_means(
    product: Deployed, file_system: str
) -> None:
    until(lambda: points(product) or None, "a recovery point")
    turn(product)

    shown = snapkeep(product, "coverage", "-n", SHARED, "-o", "json")
    (claim,) = json.loads(shown.stdout)["claims"]
    assert (claim["claim"], claim["state"], claim["policy"]) == ("web", "protected", SHARED)
    assert "not of one moment" in claim["reason"]
    refused = snapkeep(product, "backup", "--policy", SHARED)
    assert refused.returncode != 0
    assert f"policy {SHARED} backs up EFS file systems" in refused.stderr
