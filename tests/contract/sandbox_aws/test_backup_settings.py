"""Which types of resources AWS Backup may back up, as the account sets it in a Region."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.launch import Sandbox
from tests.contract.sandbox_aws.test_backup import ROLE, refusal


@pytest.fixture
def backup(sandbox: Sandbox) -> Iterator[Any]:
    client = sandbox.client("backup")
    client.create_backup_vault(BackupVaultName="settings")
    yield client
    client.update_region_settings(ResourceTypeOptInPreference={"EFS": True})
    client.delete_backup_vault(BackupVaultName="settings")


def opted(backup: Any) -> Any:
    return backup.describe_region_settings()["ResourceTypeOptInPreference"]


def test_a_type_that_is_turned_off_is_not_backed_up_and_the_others_stay_as_they_are(
    backup: Any, sandbox: Sandbox
) -> None:
    assert opted(backup)["EFS"] is True
    backup.update_region_settings(ResourceTypeOptInPreference={"EFS": False})

    assert (opted(backup)["EFS"], opted(backup)["EBS"]) == (False, True)
    efs = sandbox.client("efs").create_file_system()["FileSystemArn"]
    job = {"BackupVaultName": "settings", "ResourceArn": efs, "IamRoleArn": ROLE}
    assert refusal(backup.start_backup_job, **job) == "InvalidRequestException"
