"""How much work the functions still have: running invocations, and visible messages in their queues."""

import time
from collections.abc import Collection

from ministack.services import lambda_svc, sqs


def work_left(lost_regions: Collection[str] = ()) -> int:
    """Return the running invocations plus the visible messages in queues with an event source mapping.

    Temporarily hidden messages (delayed, or failed and waiting for a retry) and those in lost Regions do not
    count.
    """
    running, _by_function = lambda_svc.executions_in_flight()
    sources = {
        esm["EventSourceArn"]
        for esm in lambda_svc._esms._data.values()
        if esm.get("Enabled", True) and esm["EventSourceArn"].split(":")[3] not in lost_regions
    }
    now = time.time()
    ready = sum(
        message["visible_at"] <= now
        for queue in list(sqs._queues._data.values())
        if queue["attributes"].get("QueueArn") in sources
        for message in list(queue["messages"])
    )
    return int(running + sum(lambda_svc._esm_inflight.values()) + ready)


def show_hidden() -> None:
    """Make every message visible that is delayed, or waits for another attempt."""
    now = time.time()
    for queue in list(sqs._queues._data.values()):
        for message in list(queue["messages"]):
            message["visible_at"] = min(message["visible_at"], now)
