"""Turns the validated file of a vault into domain values."""

from __future__ import annotations

from snapkeep.domain.policies import Deployment
from snapkeep.domain.vault.vault import Vault, VaultSource
from snapkeep_cli.config.build import lock_value
from snapkeep_cli.config.vault import models


def deployment(file: models.VaultFile) -> Deployment:
    """The deployment that a checked file of a vault describes."""
    vault = file.vault
    return Deployment(
        clusters=(),
        policies=(),
        vault=Vault(
            region=vault.region,
            kms_key=vault.kms_key,
            timezone=vault.timezone,
            lend_to=tuple(vault.lend_to),
            sources=tuple(_source(name, source, vault) for name, source in vault.sources.items()),
        ),
    )


def _source(name: str, source: models.VaultSource, vault: models.Vault) -> VaultSource:
    retention = source.retention or vault.retention
    return VaultSource(
        name=name,
        account=source.account,
        region=source.region,
        deployment=source.deployment,
        clusters=tuple(source.clusters),
        retention=retention.block() if retention else {},
        lock=lock_value(source.lock_with(vault.lock)),
        a_day=source.a_day,
    )
