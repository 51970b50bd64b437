"""release_volumes: when EC2 says that an instance is gone, frees its volumes for other nodes."""

from __future__ import annotations

import os
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from snapkeep.inbound.incidents import concerns
from snapkeep.settings import ReleaseVolumesSettings
from snapkeep.wiring import aws, interruption, runtime

processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take the next step for each machine of a batch."""
    releaser = interruption.release_volumes(aws.ports(ReleaseVolumesSettings.from_environment(os.environ)))

    def release(record: SQSRecord) -> dict[str, Any]:
        found = concerns(record.body)
        return runtime.log_report(
            {each.instance: releaser.run(each.instance, each.notices) for each in found}
        )

    return dict(process_partial_response(event, release, processor, context))
