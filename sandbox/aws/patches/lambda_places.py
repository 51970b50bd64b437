"""Queues feed functions only while the sandbox has free workers.

AWS: Lambda's pollers scale up to the MaximumConcurrency of a mapping (Lambda guide, "Using Lambda with Amazon
SQS"). ministack: the same, so a mapping with 200 starts 200 processes at once.
"""

from collections.abc import Callable
from typing import Any

from ministack.services import lambda_svc

from sandbox.aws.private import require
from sandbox.aws.world import World


def install(world: World) -> None:
    """Make the poller ask for places, and each batch hold one."""
    require(lambda_svc, "_sqs_esm_concurrency", "_esm_inflight", "_dispatch_esm_batch")
    allowed, dispatch = lambda_svc._sqs_esm_concurrency, lambda_svc._dispatch_esm_batch

    def concurrency(mapping: dict[str, Any], *others: Any) -> int:
        if mapping["EventSourceArn"].split(":")[3] in world.settings.lost_regions:
            return 0
        running = lambda_svc._esm_inflight.get(mapping["UUID"], 0)
        return min(int(allowed(mapping, *others)), int(running) + world.places.free())

    def dispatch_batch(mapping: str, work: Callable[..., None], *arguments: Any) -> None:
        def run() -> None:
            try:
                work(*arguments)
            finally:
                world.places.give_back()

        world.places.take()
        dispatch(mapping, run)

    lambda_svc._sqs_esm_concurrency = concurrency
    lambda_svc._dispatch_esm_batch = dispatch_batch
