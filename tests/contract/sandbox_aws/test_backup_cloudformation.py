"""Backup vaults of a stack, as the CloudFormation template reference documents AWS::Backup::BackupVault."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.launch import Sandbox

from .conftest import eventually

NOBODY_DELETES = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": "backup:DeleteRecoveryPoint",
            "Resource": "*",
        }
    ],
}


def template(**properties: Any) -> str:
    vault = {"BackupVaultName": "of-a-stack", **properties}
    resource = {"Type": "AWS::Backup::BackupVault", "DeletionPolicy": "Retain", "Properties": vault}
    return json.dumps({"Resources": {"Vault": resource}})


@pytest.fixture
def stacks(sandbox: Sandbox) -> Iterator[Any]:
    yield sandbox.client("cloudformation")
    sandbox.client("backup").delete_backup_vault(BackupVaultName="of-a-stack")


def made(stacks: Any, name: str, body: str) -> str:
    """Make a stack; returns how that ended."""
    stacks.create_stack(StackName=name, TemplateBody=body)
    return ended(stacks, name)


def ended(stacks: Any, name: str) -> str:
    def status() -> str:
        now = str(stacks.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])
        return "" if now.endswith("_IN_PROGRESS") else now

    return str(eventually(status))


def test_a_vault_has_the_key_tags_and_policy_of_its_template(sandbox: Sandbox, stacks: Any) -> None:
    key = sandbox.client("kms").create_key()["KeyMetadata"]["Arn"]
    named = {"EncryptionKeyArn": key, "BackupVaultTags": {"team": "storage"}}
    assert made(stacks, "vault", template(AccessPolicy=NOBODY_DELETES, **named)) == "CREATE_COMPLETE"

    backup = sandbox.client("backup")
    vault = backup.describe_backup_vault(BackupVaultName="of-a-stack")
    policy = backup.get_backup_vault_access_policy(BackupVaultName="of-a-stack")["Policy"]
    assert vault["EncryptionKeyArn"] == key
    assert backup.list_tags(ResourceArn=vault["BackupVaultArn"])["Tags"]["team"] == "storage"
    assert json.loads(policy) == NOBODY_DELETES

    stacks.update_stack(StackName="vault", TemplateBody=template(**named))
    assert ended(stacks, "vault") == "UPDATE_COMPLETE"
    with pytest.raises(ClientError, match="no access policy"):
        backup.get_backup_vault_access_policy(BackupVaultName="of-a-stack")
    stacks.delete_stack(StackName="vault")


def test_a_vault_that_an_earlier_stack_left_fails_the_next_one(sandbox: Sandbox, stacks: Any) -> None:
    assert made(stacks, "first", template()) == "CREATE_COMPLETE"
    stacks.delete_stack(StackName="first")

    assert "ROLLBACK" in made(stacks, "second", template())
    assert sandbox.client("backup").describe_backup_vault(BackupVaultName="of-a-stack")
    stacks.delete_stack(StackName="second")
