"""take_snapshots: creates the recovery points of the jobs in the queue."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from snapkeep.inbound.jobs import read_job
from snapkeep.settings import TakeSnapshotsSettings
from snapkeep.wiring import aws, backup, runtime
from snapkeep.wiring.batches import each_message

if TYPE_CHECKING:
    from snapkeep.services.backup.taking.take import TakeSnapshots


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Process each job; one that fails goes back to the queue alone."""
    taker = _taker()

    def take(message: dict[str, Any]) -> dict[str, Any]:
        owner = f"{context.aws_request_id}/{message['messageId']}"
        return runtime.log_report(taker.run(read_job(message["body"]), owner))

    return each_message(event, take)


def _taker() -> TakeSnapshots:
    return backup.take_snapshots(aws.ports(TakeSnapshotsSettings.from_environment(os.environ)))


runtime.get_ready(_taker)
