"""prune_file_systems: every day, deletes recovery points of file systems that retention no longer keeps."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from snapkeep.inbound.prune import prune_request
from snapkeep.settings import PruneFileSystemsSettings
from snapkeep.wiring import aws, recovery_points, runtime

if TYPE_CHECKING:
    from snapkeep.services.retention.prune import Prune


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Prune, only plan (`dry_run`), or `confirm` refused deletions; returns one report for all file
    systems."""
    reports = _pruner().run(context.aws_request_id, prune_request(event))
    return runtime.log_report({"clusters": reports})


def _pruner() -> Prune:
    return recovery_points.prune_file_systems(
        aws.ports(PruneFileSystemsSettings.from_environment(os.environ))
    )


runtime.get_ready(_pruner)
