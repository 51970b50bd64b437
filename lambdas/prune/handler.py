"""prune: deletes what retention no longer keeps, and verifies it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from snapkeep.inbound.prune import prune_request
from snapkeep.settings import PruneSettings
from snapkeep.wiring import aws, retention, runtime

if TYPE_CHECKING:
    from snapkeep.wiring.ports import Ports


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Prune or sweep `orphans`, only plan (`dry_run`), or `confirm` refused deletions; returns a report for
    each cluster."""
    ports = _ports()
    request = prune_request(event)
    if request.orphans:
        return runtime.log_report({"clusters": retention.sweep_orphans(ports).run(request)})
    return runtime.log_report({"clusters": retention.prune(ports).run(context.aws_request_id, request)})


def _ports() -> Ports:
    return aws.ports(PruneSettings.from_environment(os.environ))


runtime.get_ready(lambda: retention.prune(_ports()))
