"""What AWS Backup says about its settings and the deployment's vault.

Each method asks once. What AWS does not reveal becomes `Unknown`.
"""

from __future__ import annotations

from snapkeep_cli.doctor.asking import Clients, told
from snapkeep_cli.doctor.facts import Unknown


class Backup:
    """One account and Region."""

    def __init__(self, client: Clients) -> None:
        self._client = client

    def saves_efs(self) -> bool | Unknown:
        """Whether the account lets AWS Backup back up EFS file systems in the Region.

        https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeRegionSettings.html
        """

        def ask() -> bool | Unknown:
            found = self._client("backup").describe_region_settings()["ResourceTypeOptInPreference"]
            return bool(found["EFS"]) if "EFS" in found else Unknown("AWS Backup does not list EFS there")

        return told(ask)

    def has_vault(self, name: str) -> bool | Unknown:
        """Whether there is a vault of that name. They are listed, because AWS denies access to one that does
        not exist.
        """

        def ask() -> bool:
            pages = self._client("backup").get_paginator("list_backup_vaults").paginate()
            return any(each["BackupVaultName"] == name for page in pages for each in page["BackupVaultList"])

        return told(ask)
