"""The service that tries policies, and its answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from snapkeep.domain.errors import TookTooLong
from snapkeep.wiring.basics import as_document
from snapkeep.wiring.retention import decide_prune, read_cluster
from snapkeep.wiring.runtime import logger

if TYPE_CHECKING:
    from snapkeep.domain.report.trials import Trial
    from snapkeep.services.report.try_config import TryConfig
    from snapkeep.wiring.ports import Ports

MOST_BYTES = 5_000_000
"""The largest answer: Lambda returns at most 6 MB, and the API wraps it once more.
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""


def try_config(ports: Ports) -> TryConfig:
    """The service that tries policies in a cluster; none of its ports is asked to write."""
    from snapkeep.services.report.try_config import TryConfig

    decider = decide_prune(ports, ports.snapshots)
    return TryConfig(ports.deployment, ports.clusters, read_cluster(ports), decider, ports.clock)


def answer(run: Callable[[], Trial]) -> dict[str, Any]:
    """The function's answer to a trial, or under `took_too_long` why there is none."""
    try:
        return answer_of(run())
    except TookTooLong as error:
        logger.warning("given up", extra={"reason": error.reason})
        return {"took_too_long": error.reason}


def answer_of(trial: Trial) -> dict[str, Any]:
    """The trial as an answer, or only its size under `too_large`. The log gets the counts."""
    document = as_document(trial)
    size = len(json.dumps(document))
    counts = {name: len(found) for name, found in document.items() if isinstance(found, list)}
    logger.info("done", extra={"cluster": trial.cluster, "counts": counts, "bytes": size})
    return {"too_large": size} if size > MOST_BYTES else document
