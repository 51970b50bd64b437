"""lend_copies: lends copies when the API asks, and ends loans every 5 minutes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from snapkeep.inbound.loans import loan_request
from snapkeep.settings import LendCopiesSettings
from snapkeep.wiring import aws, lending, runtime

if TYPE_CHECKING:
    from snapkeep.wiring.ports import Ports


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Carry out the request of the API, or end what is over."""
    request = loan_request(event)
    if request is None:
        return runtime.log_report(lending.sweep_loans(_ports()).run())
    return lending.answer(_ports(), request)


def _ports() -> Ports:
    return aws.ports(LendCopiesSettings.from_environment(os.environ))


runtime.get_ready(_ports)
