"""Access points of EFS are authorised with the tags that they get.

AWS: CreateAccessPoint has the tags of the request as condition keys; one with tags also needs
elasticfilesystem:TagResource, with elasticfilesystem:CreateAction (service authorization reference, "Amazon
Elastic File System").
ministack: no tags, and no TagResource.
"""

import json
from contextvars import ContextVar
from typing import Any

from ministack.core import iam_actions, iam_evaluator

from sandbox.aws.private import require
from sandbox.aws.world import World

SERVICE, MAKES = "elasticfilesystem", "CreateAccessPoint"

_keys: ContextVar[dict[str, Any]] = ContextVar("efs_tags")


def install(_world: World) -> None:
    """Pass a request's tags to each decision about it, and ask for the right to tag."""
    require(iam_actions, "extract_resource_arn")
    require(iam_evaluator, "enforce")
    extract, enforce = iam_actions.extract_resource_arn, iam_evaluator.enforce

    def extract_resource_arn(
        service: str, method: str, path: str, headers: Any, body: bytes, *more: Any
    ) -> Any:
        if service == SERVICE:
            _keys.set(_tags(body))
        return extract(service, method, path, headers, body, *more)

    def enforce_with_tags(key: str, action: str, service: str, region: str, **context: Any) -> Any:
        tags = _keys.get({}) if service == SERVICE else {}
        if not tags:
            return enforce(key, action, service, region, **context)
        context["service_context"] = {**(context.get("service_context") or {}), **tags}
        refused = enforce(key, action, service, region, **context)
        if refused is None and action.endswith(MAKES):
            context["service_context"] |= {f"{SERVICE}:CreateAction": MAKES}
            return enforce(key, f"{SERVICE}:TagResource", service, region, **context)
        return refused

    iam_actions.extract_resource_arn = extract_resource_arn
    iam_evaluator.enforce = enforce_with_tags


def _tags(body: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(body or b"{}")
    except ValueError:
        return {}
    tags = {each["Key"]: each["Value"] for each in asked.get("Tags") or ()}
    keys = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    return {**keys, "aws:TagKeys": list(tags)} if tags else {}
