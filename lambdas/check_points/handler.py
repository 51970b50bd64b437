"""check_points: every 5 minutes, looks into new points and says what is suspicious."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from snapkeep.settings import CheckPointsSettings
from snapkeep.wiring import aws, proof, runtime

if TYPE_CHECKING:
    from snapkeep.services.proof.check_points import CheckPoints

A_LOOK = timedelta(minutes=1)
"""What a look that has begun may still take before Lambda ends the invocation."""


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Look into as many points as the time allows, the oldest first."""
    left = timedelta(milliseconds=context.get_remaining_time_in_millis())
    checker = _checker()
    return runtime.log_report({"clusters": checker.run(checker.clock() + left - A_LOOK)})


def _checker() -> CheckPoints:
    return proof.check_points(aws.ports(CheckPointsSettings.from_environment(os.environ)))


runtime.get_ready(_checker)
