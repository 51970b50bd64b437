"""AWS Backup backs up and restores EFS file systems.

AWS: see sandbox/aws/backup.
ministack: a job completes at once, ignores its token and leaves no recovery point; no restores, no events, no
access policies and no locks of vaults.
"""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from ministack.core import responses
from ministack.services import backup

from sandbox.aws.backup import jobs, points, restores, settings, vaults
from sandbox.aws.backup.records import Job, Scope
from sandbox.aws.backup.refusals import Refused, missing
from sandbox.aws.patches.iam_backup import may_pass
from sandbox.aws.private import require
from sandbox.aws.world import World

JSON = {"Content-Type": "application/json"}
Body = dict[str, Any]
Query = dict[str, list[str]]
Route = Callable[..., Any]


def install(world: World) -> None:
    """Answer these calls ahead of ministack, and name what they are authorised on."""
    require(backup, "handle_request", "_vaults", "_resolve_resource")
    routes, answer = _routes(world), backup.handle_request

    async def handle(method: str, path: str, headers: Any, body: bytes, query: Query) -> Any:
        settle_due(world)
        for allowed, pattern, route in routes:
            match = re.fullmatch(pattern, path.rstrip("/"))
            if match and method == allowed:
                return _answered(route, body, query, [unquote(each) for each in match.groups()])
        return await answer(method, path, headers, body, query)

    backup.handle_request = handle
    _tag_points(world)


def settle_due(world: World) -> None:
    """Bring all jobs, points and restores up to the clock."""
    jobs.settle_due(world)
    points.settle_due(world)
    restores.settle_due(world)


def _answered(route: Route, body: bytes, query: Query, names: list[str]) -> Any:
    try:
        found = route(json.loads(body or b"{}"), query, *names)
    except Refused as refused:
        status = 403 if refused.code == "AccessDeniedException" else 400
        said = {"Code": refused.code, "Message": refused.message}
        return status, {**JSON, "x-amzn-errortype": refused.code}, json.dumps(said).encode()
    return 200, {**JSON}, b"" if found is None else json.dumps(found).encode()


def _routes(world: World) -> list[tuple[str, str, Route]]:
    vault, arn = "/backup-vaults/([^/]+)", "(.+)"
    return [
        ("PUT", "/backup-jobs", lambda body, query: _start_job(world, body)),
        ("GET", "/backup-jobs", lambda body, query: _list_jobs(world, query)),
        ("GET", "/backup-jobs/([^/]+)", lambda body, query, name: _job(jobs.named(world, _scope(), name))),
        ("POST", "/backup-jobs/([^/]+)", lambda body, query, name: jobs.stop(world, _scope(), name)),
        ("GET", f"{vault}/recovery-points", lambda body, query, name: _list_points(world, query, name)),
        (
            "GET",
            f"{vault}/recovery-points/{arn}",
            lambda body, query, name, point: points.shown(points.named(world, _scope(), name, point)),
        ),
        (
            "DELETE",
            f"{vault}/recovery-points/{arn}",
            lambda body, query, name, point: points.delete(world, _scope(), name, point),
        ),
        (
            "GET",
            f"/resources/{arn}/recovery-points",
            lambda body, query, name: _of_resource(world, query, name),
        ),
        ("PUT", f"{vault}/access-policy", lambda body, query, name: _put_policy(name, body)),
        ("GET", f"{vault}/access-policy", lambda body, query, name: _get_policy(name)),
        ("DELETE", f"{vault}/access-policy", lambda body, query, name: _delete_policy(name)),
        ("PUT", f"{vault}/vault-lock", lambda body, query, name: vaults.lock(name, body)),
        ("GET", vault, lambda body, query, name: _vault(world, name)),
        ("GET", "/account-settings", lambda body, query: settings.shown(world, _scope())),
        ("PUT", "/account-settings", lambda body, query: settings.update(world, _scope(), body)),
        ("PUT", "/restore-jobs", lambda body, query: _start_restore(world, body)),
        (
            "GET",
            "/restore-jobs/([^/]+)",
            lambda body, query, name: restores.shown(restores.named(world, _scope(), name)),
        ),
    ]


def _scope() -> Scope:
    return responses.get_account_id(), responses.get_region()


def _start_job(world: World, body: Body) -> Body:
    _check_role(body)
    job = jobs.start(world, _scope(), body)
    return {
        "BackupJobId": job.id,
        "RecoveryPointArn": job.point.arn,
        "CreationDate": job.created.timestamp(),
        "IsParent": False,
    }


def _start_restore(world: World, body: Body) -> Body:
    _check_role(body)
    point = points.any_named(world, _scope(), body["RecoveryPointArn"])
    vaults.check_policy(vaults.named(point.vault), point.arn, "backup:StartRestoreJob")
    return {"RestoreJobId": restores.start(world, _scope(), body).id}


def _check_role(body: Body) -> None:
    role = body.get("IamRoleArn", "")
    if not may_pass(role):
        text = f"The caller is not authorized to perform: iam:PassRole on resource: {role}"
        raise Refused("AccessDeniedException", text)


def _job(job: Job) -> Body:
    point, account = job.point, job.point.scope[0]
    return {
        "AccountId": account,
        "BackupJobId": job.id,
        "BackupVaultName": point.vault,
        "RecoveryPointArn": point.arn,
        "ResourceArn": point.resource,
        "ResourceType": "EFS",
        "IamRoleArn": point.role,
        "State": job.state,
        **({"StatusMessage": job.message} if job.message else {}),
        "PercentDone": "100.0" if job.state == "COMPLETED" else "0.0",
        "BackupSizeInBytes": point.size,
        "CreationDate": job.created.timestamp(),
        "StartBy": job.start_by.timestamp(),
        **({"CompletionDate": job.completed.timestamp()} if job.completed else {}),
    }


def _list_jobs(world: World, query: Query) -> Body:
    jobs.settle_due(world)
    wanted = {"State": _one(query, "state"), "ResourceArn": _one(query, "resourceArn")}
    wanted["BackupVaultName"] = _one(query, "backupVaultName")
    shown = [_job(each) for each in reversed(world.backup.jobs.values()) if each.point.scope == _scope()]
    kept = [each for each in shown if all(value in ("", each[key]) for key, value in wanted.items())]
    return _paged("BackupJobs", kept, query)


def _list_points(world: World, query: Query, vault: str) -> Body:
    found = [points.shown(each) for each in points.in_vault(world, _scope(), vault)]
    resource = _one(query, "resourceArn")
    return _paged("RecoveryPoints", [each for each in found if resource in ("", each["ResourceArn"])], query)


def _of_resource(world: World, query: Query, resource: str) -> Body:
    found = [points.shown(each) for each in points.of_resource(world, _scope(), resource)]
    renamed = [{**each, "BackupSizeBytes": each.pop("BackupSizeInBytes")} for each in found]
    return _paged("RecoveryPoints", renamed, query)


def _paged(name: str, found: list[Body], query: Query) -> Body:
    start, most = int(_one(query, "nextToken") or 0), int(_one(query, "maxResults") or 1000)
    end = start + most
    return {name: found[start:end], **({"NextToken": str(end)} if end < len(found) else {})}


def _one(query: Query, name: str) -> str:
    found = query.get(name) or [""]
    return found if isinstance(found, str) else found[0]


def _vault(world: World, name: str) -> Body:
    vault = {key: value for key, value in vaults.named(name).items() if not key.startswith("_")}
    return {**vault, "NumberOfRecoveryPoints": len(points.in_vault(world, _scope(), name))}


def _put_policy(name: str, body: Body) -> None:
    vaults.named(name)[vaults.POLICY] = body["Policy"]


def _get_policy(name: str) -> Body:
    vault = vaults.named(name)
    if vaults.POLICY not in vault:
        raise missing(f"Backup vault {name} has no access policy.")
    return {
        "BackupVaultName": name,
        "BackupVaultArn": vault["BackupVaultArn"],
        "Policy": vault[vaults.POLICY],
    }


def _delete_policy(name: str) -> None:
    vaults.named(name).pop(vaults.POLICY, None)


def _tag_points(world: World) -> None:
    """Let the calls for tags find recovery points, too."""
    resolve = backup._resolve_resource

    def resolve_resource(arn: str) -> Any:
        arn = unquote(arn)
        point = world.backup.points.get(arn)
        return point.tags if point and point.scope == _scope() else resolve(arn)

    backup._resolve_resource = resolve_resource
