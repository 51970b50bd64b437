"""finish_restores: every 5 minutes, moves restores towards their end."""

from __future__ import annotations

import os
from typing import Any

from snapkeep.settings import FinishRestoresSettings
from snapkeep.wiring import aws, restore, runtime


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Create what is missing, watch claims, renew and end holds, remove leftovers of imports."""
    return runtime.log_report(
        restore.finish_restores(aws.ports(FinishRestoresSettings.from_environment(os.environ))).run()
    )
