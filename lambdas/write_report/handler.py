"""write_report: every hour, the report page of a cluster is written."""

from __future__ import annotations

import os
from typing import Any

from snapkeep import bootstrap
from snapkeep.settings import WriteReportSettings


@bootstrap.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Gather what there is to know of the cluster (of each, when none is named), and keep its page."""
    writer = bootstrap.write_report(WriteReportSettings.from_environment(os.environ))
    return bootstrap.log_report(writer.run(event.get("cluster", "")))
