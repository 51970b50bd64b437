"""Calls of AWS Backup are authorised on what they are about, and who starts a job passes it a role.

AWS: DeleteRecoveryPoint, DescribeRecoveryPoint, StartRestoreJob and the calls for tags are authorised on the
recovery point with its tags, StartBackupJob and the calls for a vault on the vault; a job needs iam:PassRole
on its role (service authorization reference, "AWS Backup").
ministack: `*` for all but StartBackupJob, no tags, and no iam:PassRole.
"""

import json
import re
from contextvars import ContextVar
from typing import Any
from urllib.parse import unquote

from ministack.core import iam_actions, iam_evaluator, responses

from sandbox.aws.private import require
from sandbox.aws.world import World

PASSED_TO = "backup.amazonaws.com"
POINT = r"arn:aws[^/]*:recovery-point:[^/]+"

_caller: ContextVar[str] = ContextVar("backup_caller", default="")
_keys: ContextVar[dict[str, Any]] = ContextVar("backup_keys")
_enforce = iam_evaluator.enforce


def install(world: World) -> None:
    """Name the resource of each call, and pass its tags to each decision about it."""
    require(iam_actions, "extract_resource_arn")
    require(iam_evaluator, "enforce")
    extract, enforce = iam_actions.extract_resource_arn, iam_evaluator.enforce

    def extract_resource_arn(
        service: str, method: str, path: str, headers: Any, body: bytes, params: Any, *place: Any
    ) -> Any:
        if service != "backup":
            return extract(service, method, path, headers, body, params, *place)
        arn = _named(unquote(path), body, *place)
        _keys.set(_tags(world, arn))
        return arn

    def enforce_with_tags(key: str, action: str, service: str, region: str, **context: Any) -> Any:
        if service == "backup":
            _caller.set(key)
            context["service_context"] = {**(context.get("service_context") or {}), **_keys.get({})}
        return enforce(key, action, service, region, **context)

    iam_actions.extract_resource_arn = extract_resource_arn
    iam_evaluator.enforce = enforce_with_tags


def may_pass(role: str) -> bool:
    """Return whether the caller of this request may pass a role to AWS Backup."""
    keys = {"iam:PassedToService": PASSED_TO}
    region = responses.get_region()
    refused = _enforce(_caller.get(), "iam:PassRole", "iam", region, resource_arn=role, service_context=keys)
    return refused is None


def _named(path: str, body: bytes, region: str, account: str) -> str:
    if point := re.search(POINT, path):
        return point[0]
    asked = json.loads(body or b"{}")
    if "RecoveryPointArn" in asked:
        return str(asked["RecoveryPointArn"])
    vault = asked.get("BackupVaultName") or (re.match("/backup-vaults/([^/]+)", path) or ("", ""))[1]
    return f"arn:aws:backup:{region}:{account}:backup-vault:{vault}" if vault else "*"


def _tags(world: World, arn: str) -> dict[str, Any]:
    point = world.backup.points.get(arn)
    return {f"aws:ResourceTag/{key}": value for key, value in point.tags.items()} if point else {}
