"""handle_interruption: cordons a node that is about to die, then sees to the rest."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from snapkeep import quick_bootstrap
from snapkeep.inbound.incidents import is_tick
from snapkeep.inbound.interruptions import notices, notices_in_body
from snapkeep.settings import HandleInterruptionSettings

if TYPE_CHECKING:
    from snapkeep.domain.interruption.notices import Notice


def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take an EventBridge event, Auto Scaling's own messages, or the tick that looks after incidents."""
    settings = HandleInterruptionSettings.from_environment(os.environ)
    if is_tick(event):
        return quick_bootstrap.log_report({"incidents": quick_bootstrap.handle_interruption(settings).tick()})
    if "Records" in event:
        return _take_batch(event, settings)
    found = notices(event)
    if found is None:
        return _unknown((str(event.get("source")), str(event.get("detail-type"))), settings)
    return _take(found, settings)


def _unknown(kind: tuple[str, str], settings: HandleInterruptionSettings) -> dict[str, Any]:
    quick_bootstrap.handle_interruption(settings).news.unknown_notice(*kind)
    return quick_bootstrap.log_report({"unknown": kind})


def _take_batch(event: dict[str, Any], settings: HandleInterruptionSettings) -> dict[str, Any]:
    failed = []
    for record in event["Records"]:
        try:
            found = notices_in_body(record["body"])
            if found is None:
                _unknown(("aws:sqs", record["body"][:200]), settings)
            else:
                _take(found, settings)
        except Exception:
            quick_bootstrap.logger.exception("message %s comes again", record["messageId"])
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def _take(found: tuple[Notice, ...], settings: HandleInterruptionSettings) -> dict[str, Any]:
    """All cordons before anything is journaled; one instance in trouble never stops the others."""
    sightings, errors = _each(quick_bootstrap.cordon_node().look, found)
    if not sightings and errors:
        raise errors[0]
    handled, more = _each(quick_bootstrap.handle_interruption(settings).record, sightings)
    if errors or more:
        told = {"handled": handled, "errors": [str(error) for error in [*errors, *more]]}
        quick_bootstrap.log_report(told)
        raise [*errors, *more][0]
    return quick_bootstrap.log_report({"handled": handled})


def _each(act: Callable[[Any], Any], items: Iterable[Any]) -> tuple[list[Any], list[Exception]]:
    """What became of each, and what went wrong with others."""
    done, errors = [], []
    for item in items:
        try:
            done.append(act(item))
        except Exception as error:
            errors.append(error)
    return done, errors


quick_bootstrap.live_through_snapshots()
