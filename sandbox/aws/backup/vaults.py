"""Backup vaults: their access policy, and their lock.

A locked vault takes only recovery points whose retention lies within its bounds, and nobody deletes one
before its retention has passed; one without a retention then stays for ever ("AWS Backup Vault Lock").
"""

from datetime import datetime, timedelta
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import backup

from sandbox.aws.backup.records import RecoveryPoint
from sandbox.aws.backup.refusals import Refused, invalid, missing

Vault = dict[str, Any]
POLICY, LOCK = "_policy", "_lock"
"""Keys of a vault's record that AWS does not show in it."""


def named(name: str) -> Vault:
    """The vault of a name in the account and Region of the request."""
    vault: Vault | None = backup._vaults.get(name)
    if vault is None:
        raise missing(f"Backup vault {name} does not exist.")
    return vault


def lock(name: str, asked: dict[str, Any]) -> None:
    """PutBackupVaultLockConfiguration: governance mode, unless ChangeableForDays is given."""
    vault = named(name)
    if int(asked.get("ChangeableForDays", 3)) < 3:
        raise invalid("ChangeableForDays is 3 or more.")
    vault[LOCK] = {key: asked[key] for key in ("MinRetentionDays", "MaxRetentionDays") if key in asked}
    vault["Locked"] = True
    vault.update(vault[LOCK])


def check_lifecycle(vault: Vault, lifecycle: dict[str, int]) -> None:
    """Refuse a retention that the lock of a vault does not admit."""
    bounds = vault.get(LOCK)
    if bounds is None:
        return
    days = lifecycle.get("DeleteAfterDays")
    least, most = bounds.get("MinRetentionDays", 1), bounds.get("MaxRetentionDays")
    if (days is not None and days < least) or (most is not None and (days is None or days > most)):
        raise invalid(f"A retention of {days or 'no'} days is outside of the bounds of the vault's lock.")


def check_deletion(vault: Vault, point: RecoveryPoint, action: str, now: datetime) -> None:
    """Refuse what the lock or the access policy of a vault denies."""
    if LOCK in vault:
        days = point.lifecycle.get("DeleteAfterDays")
        if days is None or now < point.created + timedelta(days=days):
            raise Refused("InvalidRequestException", "The vault's lock protects the recovery point.")
    check_policy(vault, point.arn, action)


def check_policy(vault: Vault, resource: str, action: str) -> None:
    """Refuse what the access policy of a vault denies to the caller."""
    if POLICY not in vault:
        return
    account, region = vault["BackupVaultArn"].split(":")[4], vault["BackupVaultArn"].split(":")[3]
    context = iam_evaluator.EvalContext(
        principal_arn=iam_evaluator.caller_arn(),
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=region,
        service_context={},
    )
    if iam_evaluator.evaluate_resource_policy(vault[POLICY], context).decision == "Deny":
        text = f"{iam_evaluator.caller_arn()} is not authorized to perform: {action} on resource: {resource}"
        raise Refused("AccessDeniedException", f"{text} with an explicit deny in a resource-based policy")
