"""record_completion: when EC2 says that snapshots ended, their points become ready or failed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from snapkeep.inbound.events import parse_body
from snapkeep.settings import RecordCompletionSettings
from snapkeep.wiring import aws, backup, runtime
from snapkeep.wiring.batches import each_message

if TYPE_CHECKING:
    from snapkeep.services.backup.complete import CompletePoints


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Settle each event's snapshots; an event that EC2 does not confirm yet is retried."""
    completer = _completer()

    def record_end(message: dict[str, Any]) -> dict[str, Any]:
        ended = parse_body(message["body"])
        if ended is None:
            return runtime.log_report({})
        return runtime.log_report(
            {name: completer.on_event(name, True, ended.at) for name in ended.snapshot_ids}
        )

    return each_message(event, record_end)


def _completer() -> CompletePoints:
    return backup.complete_points(aws.ports(RecordCompletionSettings.from_environment(os.environ)))


runtime.get_ready(_completer)
