"""handle_interruption: cordons a node that is about to die, then sees to the rest."""

from __future__ import annotations

import os
from typing import Any

from snapkeep import quick_bootstrap
from snapkeep.inbound.incidents import is_tick
from snapkeep.inbound.interruptions import notices, notices_in_body
from snapkeep.settings import HandleInterruptionSettings


def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take an EventBridge event, Auto Scaling's own messages, or the tick that looks after incidents."""
    settings = HandleInterruptionSettings.from_environment(os.environ)
    if is_tick(event):
        return quick_bootstrap.told({"incidents": quick_bootstrap.handle_interruption(settings).tick()})
    if "Records" in event:
        return _take_batch(event, settings)
    found = notices(event)
    if found is None:
        kind = str(event.get("source")), str(event.get("detail-type"))
        quick_bootstrap.handle_interruption(settings).news.unknown_notice(*kind)
        return quick_bootstrap.told({"unknown": kind})
    return _take(found, settings)


def _take_batch(event: dict[str, Any], settings: HandleInterruptionSettings) -> dict[str, Any]:
    failed = []
    for record in event["Records"]:
        try:
            _take(notices_in_body(record["body"]) or (), settings)
        except Exception:
            quick_bootstrap.logger.exception("message %s comes again", record["messageId"])
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def _take(found: tuple[Any, ...], settings: HandleInterruptionSettings) -> dict[str, Any]:
    """All cordons before anything is journaled; one instance in trouble never stops the others."""
    sightings, errors = [], []
    for notice in found:
        try:
            sightings.append(quick_bootstrap.cordon_node().look(notice))
        except Exception as error:
            errors.append(error)
    service = quick_bootstrap.handle_interruption(settings) if sightings else None
    handled = [service.record(sighting) for sighting in sightings if service]
    if errors:
        quick_bootstrap.told({"handled": handled, "errors": [str(error) for error in errors]})
        raise errors[0]
    return quick_bootstrap.told({"handled": handled})
