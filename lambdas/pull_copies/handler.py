"""pull_copies: every 5 minutes, when sources ask and when copies end, copies into the vault what they
share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from snapkeep.inbound.copies import by_region
from snapkeep.inbound.wanted import wanted_copies
from snapkeep.settings import PullCopiesSettings
from snapkeep.wiring import aws, runtime, vault

if TYPE_CHECKING:
    from snapkeep.services.vault.pull_copies import PullCopies


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take a turn for every source, or for a batch of messages those of the sources that asked or whose
    copies ended. What must wait for another invocation goes back to the queue; requests that were kept need
    not.
    """
    owner = context.aws_request_id
    if "Records" not in event:
        return runtime.log_report({"sources": _puller().run(owner)})
    wanted = wanted_copies(event["Records"])
    batches, failed = by_region(wanted.others, context.invoked_function_arn.split(":")[4])
    for batch in batches.values():
        reports = _puller().ended(owner, batch.incremental, batch.named)
        runtime.log_report({"sources": reports})
        failed += batch.patient if any(report.busy for report in reports) else []
    if wanted.asked or wanted.unread:
        received = _puller().receive(wanted.asked, list(wanted.unread.values()), owner)
        runtime.log_report(received)
        failed += received.requests.not_kept
        failed += wanted.unread if any(report.busy for report in received.sources) else []
    return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}


def _puller() -> PullCopies:
    return vault.pull_copies(aws.ports(PullCopiesSettings.from_environment(os.environ)))


runtime.get_ready(_puller)
