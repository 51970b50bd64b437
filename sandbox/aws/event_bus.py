"""Put events on the default EventBridge bus as AWS services do: from any source, at any time."""

import json
import uuid
from datetime import datetime
from typing import Any

from ministack.services import eventbridge

from sandbox.aws.scope import request_scope
from sandbox.aws.world import World

Event = dict[str, Any]


def new_event(
    world: World,
    source: str,
    detail_type: str,
    detail: dict[str, Any],
    resources: list[str] | None = None,
    time: datetime | None = None,
    event_id: str | None = None,
) -> Event:
    """Return an event in the sandbox's account and Region; by default it is dated now and gets a new id."""
    return {
        "EventId": event_id or str(uuid.uuid4()),
        "Source": source,
        "DetailType": detail_type,
        "Detail": json.dumps(detail),
        "EventBusName": "default",
        "Time": int((time or world.told_time()).timestamp()),
        "Resources": resources or [],
        "Account": world.account,
        "Region": world.region,
    }


def deliver(event: Event) -> None:
    """Match the event against every rule of the default bus and send it to their targets."""
    with request_scope(event["Account"], event["Region"]):
        eventbridge._ensure_default_bus()
        eventbridge._events_log_list().append(event)
        eventbridge._dispatch_event(event)
