"""Backup jobs of file systems.

Only one job of a resource runs at a time; the next waits, and expires if its start window ends before it
began ("AWS Backup quotas"; "Backup job status"). A retry with the same IdempotencyToken and parameters starts
nothing (API StartBackupJob). A backup of EFS is no moment: files that change while it runs are in it as they
were at some time of the job ("Amazon EFS and AWS Backup"). Here, the first half of the files is read when the
job begins, and the rest when it ends.
"""

import uuid
from datetime import timedelta
from typing import Any

from sandbox.aws.backup import events, file_systems, settings, tags, vaults
from sandbox.aws.backup.records import (
    ABORTED,
    COMPLETED,
    ENDED,
    EXPIRED,
    FAILED,
    RUNNING,
    WAITING,
    Job,
    RecoveryPoint,
    Scope,
)
from sandbox.aws.backup.refusals import Refused, invalid, missing
from sandbox.aws.world import World

START_WINDOW, SHORTEST_WINDOW = 480, 60
"""Minutes: the default of StartWindowMinutes, and the least that AWS accepts."""


def start(world: World, scope: Scope, asked: dict[str, Any]) -> Job:
    """StartBackupJob."""
    vault = vaults.named(asked.get("BackupVaultName", ""))
    resource = asked.get("ResourceArn", "")
    if file_systems.id_of(resource, scope) is None:
        raise invalid(f"The resource {resource} is not an EFS file system that exists.")
    settings.check(world, scope, "EFS")
    window = int(asked.get("StartWindowMinutes", START_WINDOW))
    if window < SHORTEST_WINDOW:
        raise invalid(f"StartWindowMinutes is {SHORTEST_WINDOW} or more, not {window}.")
    vaults.check_lifecycle(vault, asked.get("Lifecycle") or {})
    tags.check(asked.get("RecoveryPointTags") or {})
    token = (scope, str(asked.get("IdempotencyToken") or uuid.uuid4()))
    with world.lock:
        known = world.backup.tokens.get(token)
        if known is None:
            return _begin(world, scope, vault, asked, token, window)
    if known[0] != asked:
        raise invalid("The IdempotencyToken was used with other parameters.")
    return world.backup.jobs[known[1]]


def stop(world: World, scope: Scope, job_id: str) -> None:
    """StopBackupJob."""
    job = named(world, scope, job_id)
    if job.state in ENDED:
        raise Refused("InvalidRequestException", f"The backup job {job_id} has ended: {job.state}.")
    _end(world, job, ABORTED, "The backup job was stopped.")


def named(world: World, scope: Scope, job_id: str) -> Job:
    """A job of this account and Region."""
    settle_due(world)
    job = world.backup.jobs.get(job_id)
    if job is None or job.point.scope != scope:
        raise missing(f"Backup job {job_id} does not exist.")
    return job


def settle_due(world: World) -> None:
    """Let every job begin, end or expire whose time has come."""
    with world.lock:
        for job in list(world.backup.jobs.values()):
            if job.state == WAITING:
                _try_to_begin(world, job)
            if job.state == RUNNING and job.due and job.due <= world.clock.now():
                _complete(world, job)


def _begin(
    world: World, scope: Scope, vault: vaults.Vault, asked: dict[str, Any], token: Any, window: int
) -> Job:
    account, region = scope
    now = world.told_time()
    point = RecoveryPoint(
        arn=f"arn:aws:backup:{region}:{account}:recovery-point:{uuid.uuid4()}",
        scope=scope,
        vault=vault["BackupVaultName"],
        resource=asked["ResourceArn"],
        role=asked["IamRoleArn"],
        created=now,
        tags=dict(asked.get("RecoveryPointTags") or {}),
        lifecycle=dict(asked.get("Lifecycle") or {}),
        key=vault.get("EncryptionKeyArn", ""),
    )
    job = Job(str(uuid.uuid4()), point, now, world.clock.now() + timedelta(minutes=window))
    world.backup.jobs[job.id] = job
    world.backup.tokens[token] = (asked, job.id)
    events.job_changed(world, job)
    _try_to_begin(world, job)
    return job


def _try_to_begin(world: World, job: Job) -> None:
    now = world.clock.now()
    if any(each.state == RUNNING and each.resource == job.resource for each in world.backup.jobs.values()):
        if now >= job.start_by:
            _end(world, job, EXPIRED, "There was a running job for the same resource.")
        return
    job.state, job.began = RUNNING, now
    seconds = world.settings.backup_seconds
    job.due = None if seconds is None else now + timedelta(seconds=seconds)
    files = world.backup.files.get(file_systems.name_in(job.resource), {})
    job.point.files = {path: files[path] for path in sorted(files)[: (len(files) + 1) // 2]}
    world.backup.points[job.point.arn] = job.point
    events.job_changed(world, job)


def _complete(world: World, job: Job) -> None:
    point = job.point
    if (
        file_systems.take_outcome(world, job.resource)
        or file_systems.id_of(job.resource, point.scope) is None
    ):
        _end(world, job, FAILED, "The file system could not be backed up.")
        return
    files = world.backup.files.get(file_systems.name_in(job.resource), {})
    point.files |= {path: text for path, text in files.items() if path not in point.files}
    _end(world, job, COMPLETED)


def _end(world: World, job: Job, state: str, message: str = "") -> None:
    job.state, job.message, job.completed = state, message, world.told_time()
    if state == COMPLETED:
        job.point.status, job.point.completed = COMPLETED, job.completed
    else:
        world.backup.points.pop(job.point.arn, None)
    events.job_changed(world, job)
    if state == COMPLETED:
        events.point_changed(world, job.point)
