"""prune: deletes marked duplicates, and looks again."""

from __future__ import annotations

import os
from typing import Any

from snapkeep import bootstrap
from snapkeep.settings import PruneSettings


@bootstrap.logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Prune; answers what was decided for each marked snapshot."""
    return bootstrap.told({"pruned": bootstrap.prune(PruneSettings.from_environment(os.environ)).run()})
