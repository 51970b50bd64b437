"""The messages from EventBridge Scheduler: our own input document with the slot filled in.

Scheduler replaces `<aws.scheduler.scheduled-time>` with the scheduled time, which is the same for every
retry.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from snapkeep.domain.messages import BackupRequest
from snapkeep.inbound.errors import MalformedMessage

LONGEST_CALLER = 64
"""The longest name of a Lambda function, in characters."""


def backup_request(event: Mapping[str, Any]) -> BackupRequest:
    """The run that a schedule requests; the schedule of a policy with several clusters names none.

    Raises MalformedMessage naming the key that is missing or wrong.
    """
    return BackupRequest(
        cluster=_text(event, "cluster") if "cluster" in event else "",
        policy=_text(event, "policy"),
        slot=_time(_text(event, "scheduledTime")),
        caller=str(event.get("caller", ""))[:LONGEST_CALLER],
    )


def _text(event: Mapping[str, Any], key: str) -> str:
    value = event.get(key)
    if not isinstance(value, str) or not value:
        raise MalformedMessage(
            f"{key!r} must be a string, got {value!r}: is this the input of one of Snapkeep's schedules?"
        )
    return value


def _time(text: str) -> datetime:
    try:
        slot = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise MalformedMessage(f"'scheduledTime' is not an ISO 8601 time: {text!r}") from error
    return (slot if slot.tzinfo else slot.replace(tzinfo=UTC)).astimezone(UTC)
