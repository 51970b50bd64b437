"""EC2's events about the archive tier.

https://docs.aws.amazon.com/ebs/latest/userguide/monitor-snapshot-archiving.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snapkeep.inbound.errors import MalformedMessage

KIND = ("aws.ec2", "EBS Snapshot Notification")


def archived_snapshot(event: Mapping[str, Any]) -> str | None:
    """The id of the snapshot whose move to the archive tier ended, well or not; None for the input of a
    schedule. Raises MalformedMessage for any other event."""
    if "detail-type" not in event:
        return None
    detail = event.get("detail")
    if not isinstance(detail, Mapping):
        raise MalformedMessage(f"the event's detail holds {detail!r} where fields belong")
    if (event.get("source"), event["detail-type"], detail.get("event")) != (*KIND, "archiveSnapshot"):
        raise MalformedMessage(f"{event['detail-type']} ({detail.get('event')}) is not about archiving")
    name = str(detail.get("snapshot_id")).rsplit("/", 1)[-1]
    if not name.startswith("snap-"):
        raise MalformedMessage(f"{detail.get('snapshot_id')!r} names no snapshot")
    return name
