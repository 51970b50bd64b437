"""The deployed function deletes recovery points of file systems under its own role, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.deployed import Deployed, config_of, deployed, until
from tests.integration.flows.command import snapkeep
from tests.integration.test_file_systems import HOURLY, SHARED, VAULT, back_up, hour, make_claim, points

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    shared = {"name": SHARED, "method": "aws-backup", "schedule": HOURLY, "retention": {"last": 1}}
    with deployed(tmp_path_factory.mktemp("prune-efs"), config_of(shared)) as product:
        product.sandbox.aws.settings(backup_seconds=0, backup_delete_seconds=1)
        yield product


@pytest.fixture(scope="module")
def file_system(product: Deployed) -> str:
    """A file system with a claim, backed up in the hour before the last, pruned once."""
    name = str(product.client("efs").create_file_system()["FileSystemId"])
    make_claim(product, f"{name}:/pvc-1")
    night(product, hour(ago=2))
    prune(product)
    return name


def arns(product: Deployed) -> set[str]:
    """The recovery points that are complete."""
    return {each["RecoveryPointArn"] for each in points(product)}


def night(product: Deployed, slot: Any) -> str:
    """A backup of a slot; its recovery point."""
    before = arns(product)
    back_up(product, slot)

    def made() -> str | None:
        return next(iter(arns(product) - before), None)

    return until(made, "a recovery point")


def prune(product: Deployed, **request: Any) -> dict[str, Any]:
    """What the function answers."""
    (report,) = product.invoke("prune-file-systems", request)["clusters"]
    assert report["given_up"] == {}, report
    return dict(report)


def is_there(product: Deployed, arn: str) -> bool:
    """Whether AWS Backup shows a recovery point in any state."""
    found = product.client("backup").list_recovery_points_by_backup_vault(BackupVaultName=VAULT)
    return arn in [each["RecoveryPointArn"] for each in found["RecoveryPoints"]]


def test_it_deletes_what_retention_lets_go_and_leaves_what_is_not_ours(
    product: Deployed, file_system: str
) -> None:
    backup = product.client("backup")
    (oldest,) = arns(product)
    resource = points(product)[0]["ResourceArn"]
    role = points(product)[0]["IamRoleArn"]
    newest = night(product, hour(ago=1))
    strange = backup.start_backup_job(BackupVaultName=VAULT, ResourceArn=resource, IamRoleArn=role)
    until(lambda: len(points(product)) == 3 or None, "somebody's own recovery point")

    planned = prune(product, dry_run=True)
    assert [name for name, _ in planned["delete"]] == [oldest]
    report = prune(product)
    assert report["counts"].get("refused") == 0, report

    until(lambda: not is_there(product, oldest) or None, "the deletion to end")
    assert is_there(product, newest) and is_there(product, strange["RecoveryPointArn"])
    assert [name for name, _ in report["unreadable"]] == [strange["RecoveryPointArn"]]
    assert prune(product)["counts"].get("deleted", 0) + report["counts"].get("deleted", 0) == 1


def test_a_held_point_stays_until_its_hold_is_taken_off(product: Deployed, file_system: str) -> None:
    backup = product.client("backup")
    (held,) = (
        name for name in arns(product) if backup.list_tags(ResourceArn=name)["Tags"].get("snapkeep:managed")
    )
    backup.tag_resource(ResourceArn=held, Tags={"snapkeep:hold": "audit"})
    newest = night(product, hour(ago=0))

    assert ["held by the tag snapkeep:hold"] in [reasons for _, reasons in prune(product)["keep"]]
    assert is_there(product, held)
    backup.untag_resource(ResourceArn=held, TagKeyList=["snapkeep:hold"])
    done = snapkeep(product, "prune", "--file-systems", "--now")
    assert "it is in progress" in done.stderr
    until(lambda: not is_there(product, held) or None, "the deletion to end")
    assert is_there(product, newest)
