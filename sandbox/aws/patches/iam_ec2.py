"""Calls of EC2 and the EBS direct APIs are authorised on all resources, with the condition keys policies use.

AWS: see sandbox/aws/ec2_authorization.py and sandbox/aws/ebs_authorization.py.
ministack: one resource per call, with the account in every ARN, "*" for CreateTags, and none of
ec2:CreateAction, ec2:ResourceTag, aws:ResourceTag; aws:RequestTag is set for CreateTags only. Nothing here
widens a permission: every check on AWS's list must pass, and the answer names a refused one.
"""

from contextvars import ContextVar
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.services import ec2, kms

from sandbox.aws import ebs_authorization
from sandbox.aws.ec2_authorization import Check, checks
from sandbox.aws.private import require
from sandbox.aws.scope import request_scope
from sandbox.aws.world import World

_checks: ContextVar[list[Check]] = ContextVar("ec2_checks")
_refused: ContextVar[Check | None] = ContextVar("ec2_refused")
_caller: ContextVar[str] = ContextVar("ec2_caller")
_enforce = iam_evaluator.enforce

SERVICES = ("ec2", "ebs")


def install(world: World) -> None:
    """Wrap the three functions with which ministack's dispatcher authorises a request."""
    require(iam_actions, "extract_resource_arn", "access_denied_response", "extract_iam_action")
    require(iam_evaluator, "enforce", "AuthError", "EvalContext", "caller_arn", "evaluate_resource_policy")
    require(kms, "key_policy_for_arn")
    require(ec2, "_guess_resource_type", "_parse_tags", "_tags", "_parse_member_list", "get_account_id")
    _collect_checks()
    _enforce_all()
    _name_the_refused()


def caller_may(action: str, resource: str, keys: dict[str, Any]) -> bool:
    """Return whether the caller of this request may do something with a KMS key, its own or another
    account's; the policy of a foreign key must let even an administrator in.
    """
    service, region, owner = action.split(":")[0], *resource.split(":")[3:5]
    account = ec2.get_account_id()
    with request_scope(account, region):
        refused = _enforce(
            _caller.get(""), action, service, region, resource_arn=resource, service_context=keys
        )
    if refused or owner == account:
        return refused is None
    context = iam_evaluator.EvalContext(
        principal_arn=iam_evaluator.caller_arn(),
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=region,
        service_context={name.lower(): value for name, value in keys.items()},
    )
    policy, _owner = kms.key_policy_for_arn(resource) or (None, "")
    return bool(iam_evaluator.evaluate_resource_policy(policy, context).decision == "Allow")


def _needed(service: str, path: str, params: Any, region: str, account: str) -> list[Check]:
    if service == "ebs":
        return ebs_authorization.checks(path, params, region)
    return checks(params, region, account) if service == "ec2" else []


def _collect_checks() -> None:
    extract = iam_actions.extract_resource_arn

    def extract_resource_arn(
        service: str,
        method: str,
        path: str,
        headers: Any,
        body: bytes,
        params: Any,
        region: str,
        account: str,
    ) -> Any:
        _checks.set(_needed(service, path, params, region, account))
        _refused.set(None)
        return extract(service, method, path, headers, body, params, region, account)

    iam_actions.extract_resource_arn = extract_resource_arn


def _enforce_all() -> None:
    enforce = iam_evaluator.enforce

    def enforce_all(key: str, action: str, service: str, region: str, **context: Any) -> Any:
        needed = _checks.get([]) if service in SERVICES else []
        if not needed:
            return enforce(key, action, service, region, **context)
        _caller.set(key)
        for check in needed:
            denied = enforce(
                key, check.action, service, region, resource_arn=check.resource, service_context=check.keys
            )
            if denied:
                _refused.set(check)
                return denied
        return None

    iam_evaluator.enforce = enforce_all


def _name_the_refused() -> None:
    respond = iam_actions.access_denied_response

    def access_denied_response(service: str, action: str, principal: str, *rest: Any, **more: Any) -> Any:
        refused = _refused.get(None) if service in SERVICES else None
        if refused is None:
            return respond(service, action, principal, *rest, **more)
        more["resource_arn"] = refused.resource
        status, headers, body = respond(service, refused.action, principal, *rest, **more)
        # AWS also names the resource; ministack leaves it out.
        named = f"perform: {refused.action} on resource: {refused.resource} because"
        return status, headers, body.replace(f"perform: {refused.action} because".encode(), named.encode())

    iam_actions.access_denied_response = access_denied_response
