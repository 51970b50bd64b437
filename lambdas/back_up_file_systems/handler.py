"""back_up_file_systems: has AWS Backup back up EFS file systems at a policy's slots, and follows its
jobs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from snapkeep.inbound.schedules import backup_request
from snapkeep.settings import BackUpFileSystemsSettings
from snapkeep.wiring import aws, file_systems, runtime

if TYPE_CHECKING:
    from snapkeep.wiring.ports import Ports


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Begin the backups of a slot if the event names a policy; any other event, of a tick or of AWS Backup,
    lets all backups be followed.

    Raises temporary errors, so that Lambda retries.
    """
    if "policy" not in event:
        return runtime.log_report(file_systems.watch_backups(_ports()).run())
    server = file_systems.serve_slot(_ports())
    return runtime.log_report(server.run(backup_request(event), context.aws_request_id))


def _ports() -> Ports:
    return aws.ports(BackUpFileSystemsSettings.from_environment(os.environ))


def _build() -> None:
    ports = _ports()
    file_systems.serve_slot(ports), file_systems.watch_backups(ports)


runtime.get_ready(_build)
