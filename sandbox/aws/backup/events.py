"""The events of AWS Backup ("Monitoring AWS Backup events using EventBridge").

They are best effort. Backup jobs say `state`, restores and recovery points say `status`, but a restore that
was created says `state`; sizes are text; only the event of a completed job names its resources.
"""

from datetime import datetime
from typing import Any

from sandbox.aws import event_bus
from sandbox.aws.backup.records import COMPLETED, ENDED, Job, RecoveryPoint, Restore
from sandbox.aws.world import World

Detail = dict[str, Any]


def job_changed(world: World, job: Job) -> None:
    """Send `Backup Job State Change`; that of a new job has little to say."""
    point = job.point
    detail: Detail = {"backupJobId": job.id, "state": job.state, "creationDate": _time(job.created)}
    if job.state != "CREATED":
        detail |= {
            **_vault(point),
            "iamRoleArn": point.role,
            "resourceArn": point.resource,
            "resourceType": "EFS",
            "startBy": _time(job.start_by),
            "percentDone": 100.0 if job.state == COMPLETED else 0.0,
        }
    if job.state in ENDED:
        detail |= {"completionDate": _time(job.completed)}
        detail |= {"statusMessage": job.message} if job.message else {}
    if job.state == COMPLETED:
        detail |= {"backupSizeInBytes": str(point.size), "bytesTransferred": str(point.size)}
    _send(world, point, "Backup Job State Change", detail, [point.arn] if job.state == COMPLETED else [])


def point_changed(world: World, point: RecoveryPoint) -> None:
    """Send `Recovery Point State Change`."""
    detail: Detail = {
        **_vault(point),
        "creationDate": _time(point.created),
        "completionDate": _time(point.completed),
        "iamRoleArn": point.role,
        "resourceArn": point.resource,
        "resourceType": "EFS",
        "status": point.status,
        "isEncrypted": "true" if point.key else "false",
        "storageClass": "WARM",
        "lifecycle": {"deleteAfterDays": point.lifecycle.get("DeleteAfterDays")},
    }
    _send(world, point, "Recovery Point State Change", detail, [point.arn])


def restore_changed(world: World, restore: Restore, created_resource: str = "") -> None:
    """Send `Restore Job State Change`."""
    point = restore.point
    detail: Detail = {
        "restoreJobId": restore.id,
        "state" if restore.status == "CREATED" else "status": restore.status,
        "creationDate": _time(restore.created),
    }
    if restore.status != "CREATED":
        detail |= {
            "backupVaultArn": _vault(point)["backupVaultArn"],
            "recoveryPointArn": point.arn,
            "sourceResourceArn": point.resource,
            "backupSizeInBytes": str(point.size),
            "iamRoleArn": restore.role,
            "percentDone": 100.0 if restore.status == COMPLETED else 0.0,
            "resourceType": "EFS",
        }
    if restore.completed:
        detail |= {"completionDate": _time(restore.completed)}
        detail |= {"statusMessage": restore.message} if restore.message else {}
    if created_resource:
        detail |= {"createdResourceArn": created_resource}
    resources = [point.arn] if restore.status == COMPLETED else []
    _send(world, point, "Restore Job State Change", detail, resources)


def _vault(point: RecoveryPoint) -> dict[str, str]:
    account, region = point.scope
    return {
        "backupVaultName": point.vault,
        "backupVaultArn": f"arn:aws:backup:{region}:{account}:backup-vault:{point.vault}",
    }


def _send(world: World, point: RecoveryPoint, kind: str, detail: Detail, resources: list[str]) -> None:
    event = event_bus.new_event(world, "aws.backup", kind, detail, resources, scope=point.scope)
    for _copy in range(world.settings.backup_events):
        event_bus.deliver(world, event)


def _time(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z" if moment else ""
