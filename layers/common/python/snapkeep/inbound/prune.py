"""The messages to prune: from its schedule, from a person, or our own event that a run ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snapkeep.domain.messages import PruneRequest
from snapkeep.inbound.errors import MalformedMessage


def prune_request(event: Mapping[str, Any]) -> PruneRequest:
    """The request in an event. Raises MalformedMessage when it is not clear what to prune.

    Our own EventBridge event names the cluster in its detail and can neither confirm nor rehearse.
    """
    if "detail-type" in event:
        detail = event.get("detail")
        cluster = _text(detail, "cluster") if isinstance(detail, Mapping) else ""
        if not cluster:
            raise MalformedMessage("the event names no cluster in its detail")
        return PruneRequest(cluster)
    return PruneRequest(
        cluster=_text(event, "cluster"),
        dry_run=_flag(event, "dry_run"),
        confirm=_text(event, "confirm"),
        orphans=_flag(event, "orphans"),
        place=_text(event, "place"),
    )


def _flag(event: Mapping[str, Any], key: str) -> bool:
    value = event.get(key, False)
    if not isinstance(value, bool):
        raise MalformedMessage(f"{key!r} must be true or false, got {value!r}")
    return value


def _text(event: Mapping[str, Any], key: str) -> str:
    value = event.get(key, "")
    if not isinstance(value, str):
        raise MalformedMessage(f"{key!r} must be a string, got {value!r}")
    return value
