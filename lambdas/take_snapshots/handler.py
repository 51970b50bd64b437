"""take_snapshots: creates the recovery points of the jobs in the queue."""

from __future__ import annotations

import os
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from snapkeep.inbound.jobs import read_job
from snapkeep.settings import TakeSnapshotsSettings
from snapkeep.wiring import aws, backup, runtime

processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Process each job; one that fails goes back to the queue alone."""
    taker = backup.take_snapshots(aws.ports(TakeSnapshotsSettings.from_environment(os.environ)))

    def take(record: SQSRecord) -> dict[str, Any]:
        owner = f"{context.aws_request_id}/{record.message_id}"
        return runtime.log_report(taker.run(read_job(record.body), owner))

    return dict(process_partial_response(event, take, processor, context))
