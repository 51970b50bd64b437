"""try_config: says what other policies would take, skip and prune in a cluster."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from snapkeep.inbound.try_config import trial_request
from snapkeep.settings import TryConfigSettings
from snapkeep.wiring import aws, runtime, trials

if TYPE_CHECKING:
    from snapkeep.services.report.try_config import TryConfig


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Try the policies of the message; read everything, and write nothing."""
    return trials.answer(lambda: _service().run(trial_request(event)))


def _service() -> TryConfig:
    return trials.try_config(aws.ports(TryConfigSettings.from_environment(os.environ)))


runtime.get_ready(_service)
