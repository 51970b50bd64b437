"""plan_backup: a schedule fires, its slot becomes a run with jobs."""

from __future__ import annotations

import os
from typing import Any

from snapkeep import bootstrap
from snapkeep.inbound.schedules import backup_request
from snapkeep.settings import PlanBackupSettings


@bootstrap.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Plan the run of the slot; temporary errors are raised, so that Lambda tries again."""
    planner = bootstrap.plan_backup(PlanBackupSettings.from_environment(os.environ))
    request = backup_request(event)
    run = planner.run(request.cluster, request.policy, request.slot, context.aws_request_id)
    return bootstrap.told(run)
