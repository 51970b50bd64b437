"""prune_file_systems: every day, deletes recovery points of file systems that retention no longer keeps."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from snapkeep.inbound.prune import prune_request
from snapkeep.settings import PruneFileSystemsSettings
from snapkeep.wiring import aws, recovery_points, runtime

if TYPE_CHECKING:
    from snapkeep.wiring.ports import Ports


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Prune, only plan (`dry_run`), or `confirm` refused deletions; or report `orphans`. Returns one report
    for all file systems."""
    ports, request = _ports(), prune_request(event)
    if request.orphans:
        return runtime.log_report({"clusters": recovery_points.sweep_vault(ports).run(request)})
    pruner = recovery_points.prune_file_systems(ports)
    return runtime.log_report({"clusters": pruner.run(context.aws_request_id, request)})


def _ports() -> Ports:
    return aws.ports(PruneFileSystemsSettings.from_environment(os.environ))


runtime.get_ready(lambda: recovery_points.prune_file_systems(_ports()))
