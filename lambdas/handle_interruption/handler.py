"""handle_interruption: cordons a node that is about to die, then starts the rest."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from snapkeep import started
from snapkeep.inbound.incidents import is_tick
from snapkeep.inbound.interruptions import notices, notices_in_body
from snapkeep.settings import HandleInterruptionSettings
from snapkeep.wiring import cordon
from snapkeep.wiring.batches import each_message

if TYPE_CHECKING:
    from snapkeep.domain.interruption.notices import Notice


def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle an EventBridge event, Auto Scaling's own messages, or the tick that follows up incidents."""
    settings = HandleInterruptionSettings.from_environment(os.environ)
    if is_tick(event):
        return cordon.log_report({"incidents": cordon.incidents(settings).tick()})
    if "Records" in event:
        return each_message(event, lambda message: _take_message(message, settings))
    found = notices(event)
    if found is None:
        return _unknown((str(event.get("source")), str(event.get("detail-type"))), settings)
    return _take(found, settings)


def _unknown(kind: tuple[str, str], settings: HandleInterruptionSettings) -> dict[str, Any]:
    cordon.incidents(settings).news.unknown_notice(*kind)
    return cordon.log_report({"unknown": kind})


def _take_message(message: dict[str, Any], settings: HandleInterruptionSettings) -> None:
    found = notices_in_body(message["body"])
    if found is None:
        _unknown(("aws:sqs", message["body"][:200]), settings)
    else:
        _take(found, settings)


def _take(found: tuple[Notice, ...], settings: HandleInterruptionSettings) -> dict[str, Any]:
    """Raise the first error once all are handled, so that the event is retried."""
    taken = cordon.take_notices(settings).take(found)
    if not taken.errors:
        return cordon.log_report({"handled": taken.handled})
    cordon.log_report({"handled": taken.handled, "errors": [str(error) for error in taken.errors]})
    raise taken.errors[0]


cordon.live_through_snapshots()
started()
