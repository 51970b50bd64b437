"""Parses events about instances into notices: a table keyed by (source, detail-type), and Auto Scaling's own
messages.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html
https://docs.aws.amazon.com/health/latest/ug/aws-health-events-eventbridge-schema.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from snapkeep.domain.interruption.notices import Hook, Kind, Notice, spot_deadline
from snapkeep.inbound.errors import MalformedMessage

Event = Mapping[str, Any]
Notices = tuple[Notice, ...]

TERMINATING = "autoscaling:EC2_INSTANCE_TERMINATING"
SPOT_ACTIONS = ("terminate", "stop", "hibernate")
RESOLVED = "RESOLVED"
INSTANCE = re.compile(r"i-[0-9a-f]+")


def notices(event: Event) -> Notices | None:
    """The notices in an EventBridge event, one per instance; None for unknown kinds, which are no error.

    Empty when a known kind concerns no instance. Raises MalformedMessage when it lacks a required field.
    """
    reader = _READERS.get((str(event.get("source")), str(event.get("detail-type"))))
    return reader(event) if reader else None


def notices_in_body(body: str) -> Notices | None:
    """The notices in the body of an SQS message: an EventBridge event, or a message from Auto Scaling itself.

    Auto Scaling sends directly to the queue or through SNS, which wraps the text as `Message`.
    """
    message = _json(body)
    if message.get("Type") == "Notification":
        message = _json(_text(message, "Message"))
    if "detail-type" in message:
        return notices(message)
    if "LifecycleTransition" in message or "Event" in message:
        return _lifecycle(message, _text_or(message, "Time"))
    return None


def _spot(event: Event) -> Notices:
    detail = _detail(event)
    action = _text(detail, "instance-action")
    if action not in SPOT_ACTIONS:
        raise MalformedMessage(f"'instance-action' must be one of {', '.join(SPOT_ACTIONS)}, got {action!r}")
    at = _time(event.get("time"), "time")
    try:
        deadline = spot_deadline(action, at)
    except OverflowError as error:
        raise MalformedMessage(f"'time' leaves no room for a deadline: {at}") from error
    return (Notice(_text(event, "id"), Kind.SPOT, _instance(detail, "instance-id"), at, action, deadline),)


def _of_instance(kind: Kind, action: str = "") -> Callable[[Event], Notices]:
    """A parser for events that name one instance and no deadline; `action` is the key of the action field."""

    def read(event: Event) -> Notices:
        detail = _detail(event)
        at = _time(event.get("time"), "time")
        said = _text(detail, action) if action else ""
        return (Notice(_text(event, "id"), kind, _instance(detail, "instance-id"), at, said),)

    return read


def _lifecycle_event(event: Event) -> Notices:
    return _lifecycle(_detail(event), event.get("time"))


def _lifecycle(fields: Event, time: object) -> Notices:
    """A notice without a deadline: the message does not contain the hook's heartbeat timeout."""
    if fields.get("LifecycleTransition") != TERMINATING:
        return ()
    hook = Hook(
        group=_text(fields, "AutoScalingGroupName"),
        name=_text(fields, "LifecycleHookName"),
        token=_text(fields, "LifecycleActionToken"),
    )
    instance = _instance(fields, "EC2InstanceId")
    # The token, not the event's id: the same action may come by EventBridge and from Auto Scaling itself.
    return (Notice(hook.token, Kind.LIFECYCLE, instance, _time(time, "time"), "terminate", hook=hook),)


def _health(event: Event) -> Notices:
    """A notice for each instance on this page; `closed` withdraws the notices under the same event ARN.

    RESOLVED does so for one instance. UNIMPAIRED only describes the present state, before the scheduled
    event.
    https://docs.aws.amazon.com/health/latest/APIReference/API_AffectedEntity.html
    """
    detail = _detail(event)
    if detail.get("service") != "EC2" or detail.get("eventTypeCategory") != "scheduledChange":
        return ()
    at = _time(event.get("time"), "time")
    closed = detail.get("statusCode") == "closed"
    start = None if closed else _time(detail.get("startTime"), "startTime")
    end = _time(detail["endTime"], "endTime") if detail.get("endTime") else None
    window_end = end if start and end and start < end else None
    # Pages share the communicationId, but each is an EventBridge event with its own id.
    said = _text_or(detail, "communicationId") or _text(event, "id")
    action, subject = _text(detail, "eventTypeCode"), _text(detail, "eventArn")

    def of(instance: str, resolved: bool) -> Notice:
        if closed or resolved:
            key = f"{said}/closed" if closed else f"{said}/resolved"
            return Notice(key, Kind.HEALTH, instance, at, action, None, subject, withdrawn=True)
        key = f"{said}/{start}/{window_end or start}"
        return Notice(key, Kind.HEALTH, instance, at, action, start, subject, window_end=window_end)

    return tuple(of(instance, resolved) for instance, resolved in _affected(event, detail).items())


def _affected(event: Event, detail: Event) -> Mapping[str, bool]:
    """The instances named as entities, else as resources (both hold ids or ARNs), and whether each is
    resolved.

    An instance named twice is resolved only if it is both times.
    """
    entities = [item for item in _list(detail.get("affectedEntities")) if isinstance(item, Mapping)]
    named = [(item.get("entityValue"), str(item.get("status")).upper() == RESOLVED) for item in entities]
    found: dict[str, bool] = {}
    for name, resolved in named or [(name, False) for name in _list(event.get("resources"))]:
        instance = str(name).rsplit("/", 1)[-1]
        if INSTANCE.fullmatch(instance):
            found[instance] = resolved and found.get(instance, True)
    return found


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _json(text: str) -> Event:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedMessage(f"the body is not JSON: {text[:200]!r}") from error
    if not isinstance(value, dict):
        raise MalformedMessage(f"the body is not an event: {text[:200]!r}")
    return value


def _detail(event: Event) -> Event:
    detail = event.get("detail")
    if not isinstance(detail, Mapping):
        raise MalformedMessage(f"the event's detail is {detail!r} where fields belong")
    return detail


def _text(fields: Event, key: str) -> str:
    value = fields.get(key)
    if not isinstance(value, str) or not value:
        raise MalformedMessage(f"{key!r} must be a string, got {value!r}")
    return value


def _text_or(fields: Event, key: str) -> str:
    return _text(fields, key) if key in fields else ""


def _instance(fields: Event, key: str) -> str:
    """The instance from the detail, never from `resources`: older samples have ARNs there with a zone and no
    account."""
    instance = _text(fields, key)
    if not INSTANCE.fullmatch(instance):
        raise MalformedMessage(f"{key!r} names no instance: {instance!r}")
    return instance


def _time(value: object, key: str) -> datetime:
    """An ISO 8601 time as in the envelope, or an RFC 5322 date of AWS Health; in UTC, which is assumed
    without a zone."""
    try:
        text = str(value)
        time = datetime.fromisoformat(text) if text[:1].isdigit() else parsedate_to_datetime(text)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError) as error:
        raise MalformedMessage(f"{key!r} is not a time: {value!r}") from error


_READERS: Mapping[tuple[str, str], Callable[[Event], Notices]] = {
    ("aws.ec2", "EC2 Spot Instance Interruption Warning"): _spot,
    ("aws.ec2", "EC2 Instance Rebalance Recommendation"): _of_instance(Kind.REBALANCE),
    ("aws.ec2", "EC2 Instance State-change Notification"): _of_instance(Kind.STATE, "state"),
    ("aws.ec2", "EC2 Capacity Reservation Instance Interruption Warning"): _of_instance(
        Kind.CAPACITY, "instance-action"
    ),
    ("aws.autoscaling", "EC2 Instance-terminate Lifecycle Action"): _lifecycle_event,
    ("aws.health", "AWS Health Event"): _health,
}
