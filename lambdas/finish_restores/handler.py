"""finish_restores: every 5 minutes, moves restores towards their end."""

from __future__ import annotations

import os
from typing import Any

from snapkeep import bootstrap
from snapkeep.settings import FinishRestoresSettings


@bootstrap.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Create what is missing, watch claims, renew and end holds, remove leftovers of imports."""
    return bootstrap.log_report(
        bootstrap.finish_restores(FinishRestoresSettings.from_environment(os.environ)).run()
    )
