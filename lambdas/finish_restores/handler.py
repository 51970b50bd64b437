"""finish_restores: every 5 minutes, advances open restores."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from snapkeep.settings import FinishRestoresSettings
from snapkeep.wiring import aws, restore, runtime

if TYPE_CHECKING:
    from snapkeep.services.restore.finish import FinishRestores


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Create what is missing, watch claims, renew and end holds, remove leftovers of imports."""
    return runtime.log_report(_finisher().run())


def _finisher() -> FinishRestores:
    return restore.finish_restores(aws.ports(FinishRestoresSettings.from_environment(os.environ)))


runtime.get_ready(_finisher)
