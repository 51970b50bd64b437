"""finish_restores: every 5 minutes, restores are brought on their way to the end."""

from __future__ import annotations

import os
from typing import Any

from snapkeep import bootstrap
from snapkeep.settings import FinishRestoresSettings


@bootstrap.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Make what is missing, watch claims, renew and end holds, remove what imports leave."""
    return bootstrap.log_report(
        bootstrap.finish_restores(FinishRestoresSettings.from_environment(os.environ)).run()
    )
