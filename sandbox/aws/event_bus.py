"""Put events on the default EventBridge bus as AWS services do: from any source, at any time."""

import json
import uuid
from datetime import datetime
from typing import Any

from ministack.services import eventbridge

from sandbox.aws.scope import request_scope
from sandbox.aws.world import Scope, World

Event = dict[str, Any]


def new_event(
    world: World,
    source: str,
    detail_type: str,
    detail: dict[str, Any],
    resources: list[str] | None = None,
    time: datetime | None = None,
    event_id: str | None = None,
    scope: Scope | None = None,
) -> Event:
    """Return an event in an account and a Region, by default the sandbox's own.

    By default it is dated now and gets a new id.
    """
    account, region = scope or (world.account, world.region)
    return {
        "EventId": event_id or str(uuid.uuid4()),
        "Source": source,
        "DetailType": detail_type,
        "Detail": json.dumps(detail),
        "EventBusName": "default",
        "Time": int((time or world.told_time()).timestamp()),
        "Resources": resources or [],
        "Account": account,
        "Region": region,
    }


def deliver(world: World, event: Event) -> None:
    """Match the event against every rule of the default bus and send it to their targets; a lost Region has
    none.
    """
    if event["Region"] in world.settings.lost_regions:
        return
    with request_scope(event["Account"], event["Region"]):
        eventbridge._ensure_default_bus()
        eventbridge._events_log_list().append(event)
        eventbridge._dispatch_event(event)
