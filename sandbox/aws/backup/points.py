"""Recovery points: found by vault or by resource, and deleted, which takes a while."""

from datetime import timedelta
from typing import Any

from sandbox.aws.backup import events, vaults
from sandbox.aws.backup.records import RecoveryPoint, Scope
from sandbox.aws.backup.refusals import Refused, missing
from sandbox.aws.world import World

DELETING = "DELETING"


def named(world: World, scope: Scope, vault: str, arn: str) -> RecoveryPoint:
    """A recovery point of a vault."""
    vaults.named(vault)
    point = world.backup.points.get(arn)
    if point is None or (point.scope, point.vault) != (scope, vault):
        raise missing(f"Recovery point {arn} does not exist in the vault {vault}.")
    return point


def any_named(world: World, scope: Scope, arn: str) -> RecoveryPoint:
    """A recovery point of this account and Region, in whichever vault."""
    point = world.backup.points.get(arn)
    if point is None or point.scope != scope:
        raise missing(f"Recovery point {arn} does not exist.")
    return point


def in_vault(world: World, scope: Scope, vault: str) -> list[RecoveryPoint]:
    """ListRecoveryPointsByBackupVault."""
    vaults.named(vault)
    return [each for each in world.backup.points.values() if (each.scope, each.vault) == (scope, vault)]


def of_resource(world: World, scope: Scope, resource: str) -> list[RecoveryPoint]:
    """ListRecoveryPointsByResource."""
    return [each for each in world.backup.points.values() if (each.scope, each.resource) == (scope, resource)]


def delete(world: World, scope: Scope, vault: str, arn: str) -> None:
    """DeleteRecoveryPoint: the point is gone a while later."""
    point = named(world, scope, vault, arn)
    vaults.check_deletion(vaults.named(vault), point, "backup:DeleteRecoveryPoint", world.told_time())
    if point.status == "CREATING":
        raise Refused("InvalidResourceStateException", f"Recovery point {arn} is being created.")
    if point.status != DELETING:
        point.status = DELETING
        point.gone = world.clock.now() + timedelta(seconds=world.settings.backup_delete_seconds)
        events.point_changed(world, point)


def settle_due(world: World) -> None:
    """Remove every recovery point whose deletion has ended, or whose lifecycle has."""
    now, told = world.clock.now(), world.told_time()
    with world.lock:
        for point in list(world.backup.points.values()):
            days = point.lifecycle.get("DeleteAfterDays")
            expired = bool(days) and told >= point.created + timedelta(days=days or 0)
            if (point.gone and point.gone <= now) or (expired and point.status == "COMPLETED"):
                del world.backup.points[point.arn]


def shown(point: RecoveryPoint) -> dict[str, Any]:
    """A recovery point as AWS shows it; its tags are read by ListTags only."""
    return {
        "RecoveryPointArn": point.arn,
        "BackupVaultName": point.vault,
        "ResourceArn": point.resource,
        "ResourceType": "EFS",
        "IamRoleArn": point.role,
        "Status": point.status,
        **({"StatusMessage": point.message} if point.message else {}),
        "CreationDate": point.created.timestamp(),
        **({"CompletionDate": point.completed.timestamp()} if point.completed else {}),
        "BackupSizeInBytes": point.size,
        "EncryptionKeyArn": point.key,
        "IsEncrypted": bool(point.key),
        "Lifecycle": dict(point.lifecycle),
        "StorageClass": "WARM",
        "VaultType": "BACKUP_VAULT",
    }
