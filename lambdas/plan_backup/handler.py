"""plan_backup: turns a schedule's slot into a run with jobs."""

from __future__ import annotations

import os
from typing import Any

from snapkeep import bootstrap
from snapkeep.inbound.schedules import backup_request
from snapkeep.settings import PlanBackupSettings


@bootstrap.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Plan the run of the slot, or start one for each cluster of the policy. Refuses a slot that the
    policy's schedule does not have.

    Raises temporary errors, so that Lambda retries.
    """
    settings = PlanBackupSettings.from_environment(os.environ)
    request = backup_request(event)
    if not request.cluster:
        return bootstrap.log_report(bootstrap.start_runs(settings).start(request.policy, request.slot))
    refused = bootstrap.check_slot(settings).check(request, context.aws_request_id)
    if refused:
        return bootstrap.log_report(refused)
    planner = bootstrap.plan_backup(settings)
    run = planner.run(request.cluster, request.policy, request.slot, context.aws_request_id)
    return bootstrap.log_report(run)
