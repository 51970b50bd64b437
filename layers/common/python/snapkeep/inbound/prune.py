"""What prune is sent: a tick of its schedule, a person's wish, or our own event that a run ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snapkeep.domain.messages import PruneRequest
from snapkeep.inbound.errors import MalformedMessage


def prune_request(event: Mapping[str, Any]) -> PruneRequest:
    """The request in an event. Raises MalformedMessage rather than pruning what was not meant.

    An EventBridge event of ours names the cluster in its detail, and can neither confirm nor rehearse.
    """
    if "detail-type" in event:
        detail = event.get("detail")
        cluster = _text(detail, "cluster") if isinstance(detail, Mapping) else ""
        if not cluster:
            raise MalformedMessage("the event names no cluster in its detail")
        return PruneRequest(cluster)
    dry_run = event.get("dry_run", False)
    if not isinstance(dry_run, bool):
        raise MalformedMessage(f"'dry_run' must be true or false, got {dry_run!r}")
    return PruneRequest(_text(event, "cluster"), dry_run, _text(event, "confirm"))


def _text(event: Mapping[str, Any], key: str) -> str:
    value = event.get(key, "")
    if not isinstance(value, str):
        raise MalformedMessage(f"{key!r} must be a text, got {value!r}")
    return value
