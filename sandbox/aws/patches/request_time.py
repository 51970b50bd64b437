"""A request may be dated by the sandbox's clock.

AWS: a request dated more than five minutes (fifteen for some services) from the service's time is refused
(Signature Version 4, RequestTimeTooSkewed).
ministack: compares with the machine's time only. A function that follows a sandbox clock running ahead signs
with that clock, people and tests sign with the machine's: both pass, anything else is refused.
"""

from typing import Any

from ministack.core import sigv4

from sandbox.aws.private import require
from sandbox.aws.world import World


def install(world: World) -> None:
    """Ask ministack's check a second time, with the sandbox's time."""
    require(sigv4, "request_time_failure")
    check = sigv4.request_time_failure

    def request_time_failure(signature: Any, *, now: Any = None) -> Any:
        failure = check(signature, now=now)
        return failure and check(signature, now=world.clock.now())

    sigv4.request_time_failure = request_time_failure
