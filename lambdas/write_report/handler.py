"""write_report: writes a cluster's report page every hour."""

from __future__ import annotations

import os
from typing import Any

from snapkeep import bootstrap
from snapkeep.settings import WriteReportSettings


@bootstrap.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Gather everything about the cluster (each cluster if none is named), and store its page."""
    writer = bootstrap.write_report(WriteReportSettings.from_environment(os.environ))
    return bootstrap.log_report(writer.run(event.get("cluster", "")))
