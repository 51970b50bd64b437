"""restore_file_systems: brings restores of claims on EFS on, whenever the API asks and every 5 minutes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from snapkeep.settings import RestoreFileSystemsSettings
from snapkeep.wiring import aws, efs_restores, runtime

if TYPE_CHECKING:
    from snapkeep.services.efs.restore.follow import FollowEfsRestores


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Start restore jobs, look what became of them, and make access points to what people have seen."""
    return runtime.log_report(_follower().run())


def _follower() -> FollowEfsRestores:
    settings = RestoreFileSystemsSettings.from_environment(os.environ)
    return efs_restores.follow_efs_restores(aws.ports(settings))


runtime.get_ready(_follower)
