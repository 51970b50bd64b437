"""record_completion: when EC2 says that snapshots ended, their points become ready or failed."""

from __future__ import annotations

import os
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from snapkeep.inbound.events import parse_body
from snapkeep.settings import RecordCompletionSettings
from snapkeep.wiring import aws, backup, runtime

processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Settle each event's snapshots; an event that EC2 does not confirm yet is retried."""
    completer = backup.complete_points(aws.ports(RecordCompletionSettings.from_environment(os.environ)))

    def record_end(record: SQSRecord) -> dict[str, Any]:
        message = parse_body(record.body)
        if message is None:
            return runtime.log_report({})
        return runtime.log_report(
            {name: completer.on_event(name, True, message.at) for name in message.snapshot_ids}
        )

    return dict(process_partial_response(event, record_end, processor, context))
