"""prune: deletes what retention lets go, and looks again."""

from __future__ import annotations

import os
from typing import Any

from snapkeep import bootstrap
from snapkeep.inbound.prune import prune_request
from snapkeep.settings import PruneSettings


@bootstrap.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Prune, rehearse it (`dry_run`) or `confirm` a braked plan; answers a report for each cluster."""
    pruner = bootstrap.prune(PruneSettings.from_environment(os.environ))
    return bootstrap.told({"clusters": pruner.run(context.aws_request_id, prune_request(event))})
