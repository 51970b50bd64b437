"""prune_copies: every day, deletes the copies in places that retention no longer keeps, and verifies it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from snapkeep.inbound.prune import prune_request
from snapkeep.settings import PruneCopiesSettings
from snapkeep.wiring import aws, copies, runtime

if TYPE_CHECKING:
    from snapkeep.services.retention.prune import Prune


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Prune copies, only plan (`dry_run`), or `confirm` refused deletions; returns a report for each cluster
    in each place."""
    reports = _pruner().run(context.aws_request_id, prune_request(event))
    return runtime.log_report({"clusters": reports})


def _pruner() -> Prune:
    return copies.prune_copies(aws.ports(PruneCopiesSettings.from_environment(os.environ)))


runtime.get_ready(_pruner)
