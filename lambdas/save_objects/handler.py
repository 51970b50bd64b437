"""save_objects: saves the Kubernetes objects beside runs: when these are planned, and every 5 minutes."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from snapkeep.settings import SaveObjectsSettings
from snapkeep.wiring import aws, objects, runtime

if TYPE_CHECKING:
    from snapkeep.services.objects.save_objects import SaveObjects
    from snapkeep.wiring.ports import Ports

A_NAMESPACE = timedelta(minutes=2)
"""What a namespace that was begun may still take before Lambda ends the invocation."""


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Save as many namespaces of new runs as the time allows, of one cluster if the event names it; or
    sweep."""
    if event.get("sweep"):
        return runtime.log_report({"clusters": objects.sweep_objects(_ports()).run()})
    left = timedelta(milliseconds=context.get_remaining_time_in_millis())
    saver = _saver()
    until = saver.clock() + left - A_NAMESPACE
    return runtime.log_report(
        {"clusters": saver.run(context.aws_request_id, until, event.get("cluster", ""))}
    )


def _saver() -> SaveObjects:
    return objects.save_objects(_ports())


def _ports() -> Ports:
    return aws.ports(SaveObjectsSettings.from_environment(os.environ))


runtime.get_ready(_saver)
