"""reconcile: every 15 minutes, catches up on events that were lost."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from snapkeep.settings import ReconcileSettings
from snapkeep.wiring import aws, backup, runtime

if TYPE_CHECKING:
    from snapkeep.services.backup.healing.reconcile import Reconcile


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Heal open runs, catch up missed slots, correct the pace."""
    return runtime.log_report(_reconciler().run())


def _reconciler() -> Reconcile:
    return backup.reconcile(aws.ports(ReconcileSettings.from_environment(os.environ)))


runtime.get_ready(_reconciler)
