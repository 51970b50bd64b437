"""Restores of recovery points of EFS ("Restoring an Amazon EFS file system").

Everything lands in a new directory `aws-backup-restore_<time>` in the root of a file system, never in place,
with its whole path below it. No API tells the directory's name: CreatedResourceArn is the file system.
"""

import json
import secrets
import uuid
from datetime import timedelta
from typing import Any

from ministack.services import efs

from sandbox.aws.backup import events, file_systems, points
from sandbox.aws.backup.records import COMPLETED, FAILED, Restore, Scope
from sandbox.aws.backup.refusals import Refused, invalid, missing
from sandbox.aws.scope import request_scope
from sandbox.aws.world import World

MOST_ITEMS = 5
"""Paths in ItemsToRestore."""
KNOWN = {
    "file-system-id",
    "newFileSystem",
    "Encrypted",
    "KmsKeyId",
    "PerformanceMode",
    "CreationToken",
    "ItemsToRestore",
    "singleAzFilesystem",
    "availabilityZoneName",
}


def start(world: World, scope: Scope, asked: dict[str, Any]) -> Restore:
    """StartRestoreJob."""
    point = points.any_named(world, scope, asked["RecoveryPointArn"])
    if point.status != COMPLETED:
        raise Refused("InvalidRequestException", f"Recovery point {point.arn} is {point.status}.")
    metadata = asked.get("Metadata") or {}
    items = _items(metadata)
    token = (scope, f"restore {asked.get('IdempotencyToken') or uuid.uuid4()}")
    with world.lock:
        known = world.backup.tokens.get(token)
        if known is not None:
            return world.backup.restores[known[1]]
        name = _target(metadata)
        restore = Restore(
            id=str(uuid.uuid4()).upper(),
            point=point,
            role=asked.get("IamRoleArn", ""),
            file_system=name,
            items=items,
            created=world.told_time(),
            due=_due(world),
        )
        world.backup.restores[restore.id] = restore
        world.backup.tokens[token] = (asked, restore.id)
    restore.status = "CREATED"
    events.restore_changed(world, restore)
    restore.status = "RUNNING"
    events.restore_changed(world, restore)
    return restore


def named(world: World, scope: Scope, restore_id: str) -> Restore:
    """A restore job of this account and Region."""
    settle_due(world)
    restore = world.backup.restores.get(restore_id)
    if restore is None or restore.point.scope != scope:
        raise missing(f"Restore job {restore_id} does not exist.")
    return restore


def settle_due(world: World) -> None:
    """End every restore whose time has come."""
    with world.lock:
        for restore in list(world.backup.restores.values()):
            if restore.status == "RUNNING" and restore.due and restore.due <= world.clock.now():
                _end(world, restore)


def shown(restore: Restore) -> dict[str, Any]:
    """A restore job as AWS shows it."""
    account, region = restore.point.scope
    arn = f"arn:aws:elasticfilesystem:{region}:{account}:file-system/{restore.file_system}"
    return {
        "RestoreJobId": restore.id,
        "RecoveryPointArn": restore.point.arn,
        "SourceResourceArn": restore.point.resource,
        "IamRoleArn": restore.role,
        "ResourceType": "EFS",
        "Status": restore.status,
        **({"StatusMessage": restore.message} if restore.message else {}),
        "PercentDone": "100.00%" if restore.status == COMPLETED else "0.00%",
        "CreationDate": restore.created.timestamp(),
        **({"CompletionDate": restore.completed.timestamp()} if restore.completed else {}),
        **({"CreatedResourceArn": arn} if restore.status == COMPLETED else {}),
        "BackupSizeInBytes": restore.point.size,
    }


def _due(world: World) -> Any:
    seconds = world.settings.restore_seconds
    return None if seconds is None else world.clock.now() + timedelta(seconds=seconds)


def _items(metadata: dict[str, str]) -> tuple[str, ...]:
    if unknown := sorted(set(metadata) - KNOWN):
        raise invalid(f"Metadata has unknown keys: {', '.join(unknown)}.")
    if metadata.get("newFileSystem") not in ("true", "false"):
        raise invalid("Metadata needs newFileSystem, true or false.")
    try:
        items = json.loads(metadata.get("ItemsToRestore") or "[]")
    except ValueError as error:
        raise invalid(f"ItemsToRestore is not JSON: {error}.") from error
    if not isinstance(items, list) or not all(isinstance(each, str) and each[:1] == "/" for each in items):
        raise invalid("ItemsToRestore is a list of absolute paths.")
    if len(items) > MOST_ITEMS or any("*" in each for each in items):
        raise invalid(f"ItemsToRestore has at most {MOST_ITEMS} paths, and no wildcards.")
    return tuple(items)


def _target(metadata: dict[str, str]) -> str:
    if metadata["newFileSystem"] == "false":
        name = metadata.get("file-system-id", "")
        if name not in efs._file_systems:
            raise invalid(f"File system {name} does not exist.")
        return name
    asked: dict[str, Any] = {"Encrypted": metadata.get("Encrypted") == "true"}
    asked |= {key: metadata[key] for key in ("CreationToken", "KmsKeyId") if key in metadata}
    _status, _headers, body = efs._create_file_system(asked)
    return str(json.loads(body)["FileSystemId"])


def _end(world: World, restore: Restore) -> None:
    restore.completed = world.told_time()
    with request_scope(*restore.point.scope):
        exists = restore.file_system in efs._file_systems
    found = {path: text for path, text in restore.point.files.items() if _is_wanted(path, restore.items)}
    if not exists or file_systems.take_outcome(world, restore.file_system):
        restore.status, restore.message = FAILED, "The file system could not be written to."
    elif restore.items and not found:
        restore.status, restore.message = FAILED, f"No item of {restore.items} is in the recovery point."
    else:
        folder = _folder(restore)
        files = world.backup.files.setdefault(restore.file_system, {})
        files.update({f"/{folder}{path}": text for path, text in found.items()})
        restore.status = COMPLETED
    arn = shown(restore).get("CreatedResourceArn", "")
    events.restore_changed(world, restore, str(arn))


def _is_wanted(path: str, items: tuple[str, ...]) -> bool:
    return not items or any(path == each or path.startswith(each.rstrip("/") + "/") for each in items)


def _folder(restore: Restore) -> str:
    """The name of the directory, which is made at some time while the job runs."""
    took = (restore.completed or restore.created) - restore.created
    most = max(took // timedelta(milliseconds=1), 999)
    began = restore.created + timedelta(milliseconds=1 + secrets.randbelow(most))
    return f"aws-backup-restore_{began:%Y-%m-%dT%H-%M-%S}-{began.microsecond // 1000:03d}Z"
