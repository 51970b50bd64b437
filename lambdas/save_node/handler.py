"""save_node: snapshots and drains a node that is about to die."""

from __future__ import annotations

import os
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from snapkeep.inbound.incidents import concerns, rehearsal
from snapkeep.settings import SaveNodeSettings
from snapkeep.wiring import aws, interruption, runtime

processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Save the nodes of a batch, or plan it (`dry_run`) for one."""
    saver = interruption.save_node(aws.ports(SaveNodeSettings.from_environment(os.environ)))
    asked = rehearsal(event)
    if asked:
        return runtime.log_report(saver.plan(asked.cluster, asked.instance))

    def save(record: SQSRecord) -> dict[str, Any]:
        owner = f"{context.aws_request_id}/{record.message_id}"
        found = concerns(record.body)
        return runtime.log_report({each.instance: saver.run(each.instance, owner) for each in found})

    return dict(process_partial_response(event, save, processor, context))
