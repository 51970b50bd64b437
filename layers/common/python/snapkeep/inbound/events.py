"""EventBridge events as messages: a table keyed by (source, detail-type).

https://docs.aws.amazon.com/ebs/latest/userguide/ebs-cloud-watch-events.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from snapkeep.domain.messages import SnapshotsFinished
from snapkeep.inbound.errors import MalformedMessage

Event = Mapping[str, Any]


def parse(event: Event) -> SnapshotsFinished | None:
    """The message in an EventBridge event; None for unknown kinds, which are no error.

    Raises MalformedMessage when a known kind lacks a required field.
    """
    reader = _READERS.get((str(event.get("source")), str(event.get("detail-type"))))
    return reader(event) if reader else None


def parse_body(body: str) -> SnapshotsFinished | None:
    """The message in an EventBridge event that came as the body of an SQS message."""
    try:
        event = json.loads(body)
    except ValueError as error:
        raise MalformedMessage(f"the body is not JSON: {body[:200]!r}") from error
    if not isinstance(event, dict):
        raise MalformedMessage(f"the body is not an EventBridge event: {body[:200]!r}")
    return parse(event)


def _snapshot_notification(event: Event) -> SnapshotsFinished | None:
    """Only the end of a snapshot's creation matters here; the notification has many other kinds."""
    detail = _fields(event.get("detail"))
    if detail.get("event") != "createSnapshot":
        return None
    return SnapshotsFinished((_id(detail.get("snapshot_id")),), _time(event))


def _multi_volume_status(event: Event) -> SnapshotsFinished | None:
    detail = _fields(event.get("detail"))
    if detail.get("event") != "createSnapshots":
        return None
    members = detail.get("snapshots")
    if not isinstance(members, list) or not members:
        raise MalformedMessage("the multi-volume event names no snapshots")
    ids = tuple(_id(_fields(member).get("snapshot_id")) for member in members)
    return SnapshotsFinished(ids, _time(event))


def _fields(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise MalformedMessage(f"the event's detail holds {value!r} where fields belong")
    return value


def _time(event: Event) -> datetime | None:
    try:
        time = datetime.fromisoformat(str(event.get("time")))
    except ValueError:
        return None
    return time if time.tzinfo else None


def _id(arn: object) -> str:
    """The snapshot id at the end of an ARN; AWS documents two forms, which end the same way."""
    name = str(arn or "").rsplit("/", 1)[-1]
    if not name.startswith("snap-"):
        raise MalformedMessage(f"{arn!r} names no snapshot")
    return name


_READERS: Mapping[tuple[str, str], Callable[[Event], SnapshotsFinished | None]] = {
    ("aws.ec2", "EBS Snapshot Notification"): _snapshot_notification,
    ("aws.ec2", "EBS Multi-Volume Snapshots Completion Status"): _multi_volume_status,
}
