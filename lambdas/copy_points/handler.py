"""copy_points: every 5 minutes, when copies end and when vaults answer, copies points to places."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from snapkeep.inbound.answers import answers
from snapkeep.inbound.copies import by_region
from snapkeep.settings import CopyPointsSettings
from snapkeep.wiring import aws, copies, runtime

if TYPE_CHECKING:
    from snapkeep.services.copies.take_copies import TakeCopies


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take a turn at every place, or for a batch of events at the places where copies ended. Events for a
    place that another invocation works on go back to their queue.
    """
    owner = context.aws_request_id
    if "Records" not in event:
        return runtime.log_report({"places": _taker().run(owner)})
    answered = answers(event["Records"])
    batches, failed = by_region(answered.others, context.invoked_function_arn.split(":")[4])
    for region, batch in batches.items():
        reports = _taker().in_region(region, owner, batch.incremental)
        runtime.log_report({"places": reports})
        failed += batch.patient if any(report.busy for report in reports) else []
    if answered.received:
        reports = _taker().answered(answered.received, owner)
        runtime.log_report({"places": reports})
        failed += answered.patient if any(report.busy or report.given_up for report in reports) else []
    failed += answered.unreadable
    return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}


def _taker() -> TakeCopies:
    return copies.take_copies(aws.ports(CopyPointsSettings.from_environment(os.environ)))


runtime.get_ready(_taker)
