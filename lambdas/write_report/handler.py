"""write_report: writes a cluster's report page every hour."""

from __future__ import annotations

import os
from typing import Any

from snapkeep.settings import WriteReportSettings
from snapkeep.wiring import aws, report, runtime


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Gather everything about the cluster (each cluster if none is named), and store its page."""
    writer = report.write_report(aws.ports(WriteReportSettings.from_environment(os.environ)))
    return runtime.log_report(writer.run(event.get("cluster", "")))
