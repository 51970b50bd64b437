"""What the doctor makes of AWS Backup's answers."""

from __future__ import annotations

from snapkeep_cli.doctor.backup import Backup
from snapkeep_cli.doctor.facts import Unknown
from tests.fakes.scripted_aws import refused, scripted


def settings(**opted: bool) -> Backup:
    return Backup(scripted(describe_region_settings={"ResourceTypeOptInPreference": opted}))


def test_aws_backup_says_whether_it_may_save_efs() -> None:
    assert settings(EFS=True, EBS=False).saves_efs() is True
    assert settings(EFS=False).saves_efs() is False
    assert settings(EBS=True).saves_efs() == Unknown("AWS Backup does not list EFS there")


def test_what_is_forbidden_is_unknown() -> None:
    assert isinstance(
        Backup(scripted(describe_region_settings=refused("AccessDeniedException"))).saves_efs(), Unknown
    )


def test_a_vault_is_looked_for_by_its_name() -> None:
    listed = Backup(scripted(list_backup_vaults={"BackupVaultList": [{"BackupVaultName": "snapkeep-efs"}]}))
    assert listed.has_vault("snapkeep-efs") is True
    assert listed.has_vault("green-efs") is False
