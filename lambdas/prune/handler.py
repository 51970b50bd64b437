"""prune: deletes what retention no longer keeps, and verifies it."""

from __future__ import annotations

import os
from typing import Any

from snapkeep import bootstrap
from snapkeep.inbound.prune import prune_request
from snapkeep.settings import PruneSettings


@bootstrap.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Prune or sweep `orphans`, only plan (`dry_run`), or `confirm` refused deletions; returns a report for
    each cluster."""
    settings = PruneSettings.from_environment(os.environ)
    request = prune_request(event)
    if request.orphans:
        return bootstrap.log_report({"clusters": bootstrap.sweep_orphans(settings).run(request)})
    return bootstrap.log_report({"clusters": bootstrap.prune(settings).run(context.aws_request_id, request)})
