"""Events and lifecycle actions are authorised with the condition keys that policies use.

AWS: PutEvents has events:source and events:detail-type, with the values of all entries; calls on an Auto
Scaling group name the group by id and carry its tags (service authorization reference, "Amazon EventBridge"
and "Amazon EC2 Auto Scaling").
ministack: neither events key, and `*` in place of a group's id, under which no tag is found.
"""

import json
from contextvars import ContextVar
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.services import autoscaling

from sandbox.aws.private import require
from sandbox.aws.world import World

KEYS = {"events:source": "Source", "events:detail-type": "DetailType"}
"""Condition key to the member of an entry."""

_keys: ContextVar[dict[str, Any]] = ContextVar("condition_keys")


def install(_world: World) -> None:
    """Record a request's keys when its resource is named, and pass them to each decision about it."""
    require(iam_actions, "extract_resource_arn")
    require(iam_evaluator, "enforce")
    require(autoscaling, "_asgs", "_tags")
    extract, enforce = iam_actions.extract_resource_arn, iam_evaluator.enforce

    def extract_resource_arn(
        service: str, method: str, path: str, headers: Any, body: bytes, params: Any, *place: Any
    ) -> Any:
        _keys.set(_of_events(body) if service == "events" else {})
        if service == "autoscaling" and (named := _group(autoscaling._p(params, "AutoScalingGroupName"))):
            arn, tags = named
            _keys.set(tags)
            return arn
        return extract(service, method, path, headers, body, params, *place)

    def enforce_with_keys(key: str, action: str, service: str, region: str, **context: Any) -> Any:
        if service in ("events", "autoscaling"):
            context["service_context"] = {**(context.get("service_context") or {}), **_keys.get({})}
        return enforce(key, action, service, region, **context)

    iam_actions.extract_resource_arn = extract_resource_arn
    iam_evaluator.enforce = enforce_with_keys


def _of_events(body: bytes) -> dict[str, Any]:
    entries = json.loads(body or b"{}").get("Entries") or []
    values = {
        key: [each[member] for each in entries if member in each]  # as AWS sees an entry without it: absent
        for key, member in KEYS.items()
    }
    return {key: found for key, found in values.items() if found}


def _group(name: str) -> tuple[str, dict[str, Any]] | None:
    """An existing group's ARN, and its tags as condition keys."""
    group = autoscaling._asgs.get(name)
    if group is None:
        return None
    tags = autoscaling._tags.get(name, [])
    keys = {
        f"{kind}:ResourceTag/{tag['Key']}": tag["Value"] for tag in tags for kind in ("aws", "autoscaling")
    }
    return group["AutoScalingGroupARN"], keys
