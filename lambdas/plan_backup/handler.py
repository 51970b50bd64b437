"""plan_backup: turns a schedule's slot into a run with jobs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from snapkeep.inbound.schedules import backup_request
from snapkeep.settings import PlanBackupSettings
from snapkeep.wiring import aws, backup, objects, runtime

if TYPE_CHECKING:
    from snapkeep.wiring.ports import Ports


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Plan the run of the slot, or start one for each cluster of the policy. Refuses a slot that the
    policy's schedule does not have.

    Raises temporary errors, so that Lambda retries.
    """
    ports = _ports()
    request = backup_request(event)
    if not request.cluster:
        return runtime.log_report(backup.start_runs(ports).start(request.policy, request.slot))
    refused = backup.check_slot(ports).check(request, context.aws_request_id)
    if refused:
        return runtime.log_report(refused)
    planner = backup.plan_backup(ports)
    run = planner.run(request.cluster, request.policy, request.slot, context.aws_request_id)
    objects.save_beside(ports).start(run)
    return runtime.log_report(run)


def _ports() -> Ports:
    return aws.ports(PlanBackupSettings.from_environment(os.environ))


def _build() -> None:
    ports = _ports()
    backup.start_runs(ports), backup.check_slot(ports), backup.plan_backup(ports)


runtime.get_ready(_build)
