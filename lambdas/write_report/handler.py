"""write_report: writes a cluster's report page every hour."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from snapkeep.settings import WriteReportSettings
from snapkeep.wiring import aws, report, runtime

if TYPE_CHECKING:
    from snapkeep.services.report.write import WriteReport


@runtime.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Gather everything about the cluster (each cluster if none is named), and store its page."""
    return runtime.log_report(_writer().run(event.get("cluster", "")))


def _writer() -> WriteReport:
    return report.write_report(aws.ports(WriteReportSettings.from_environment(os.environ)))


runtime.get_ready(_writer)
