"""Many spot notices at once, as aws-node-termination-handler would take them; `bench.notices` is ours.

Simulated (`bench.simulation.termination_handler`): two runs give the same figures.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.figures import Figure
from bench.notices import percentile
from bench.simulation.deployment import SLOT
from bench.simulation.kernel import Simulation
from bench.simulation.termination_handler import GRACE_SECONDS, TerminationHandler, Tuning

TUNED = Tuning(workers=50, per_second=100, burst=200)
"""What its users came to for 50 notices: https://github.com/aws/aws-node-termination-handler/pull/1281"""

DEADLINE = 120.0
"""Seconds from the notice until EC2 takes the instance.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html"""


def termination_handler(
    notices: int, tuning: Tuning, drain_seconds: float = GRACE_SECONDS
) -> dict[str, float]:
    """When one replica has received the last notice and cordoned the nodes, in seconds since they arrived."""
    handler = TerminationHandler(Simulation(SLOT), tuning, drain_seconds)
    handler.run(notices)
    return {
        "received_s": round(handler.received[-1], 1),
        "p50_s": percentile(handler.cordoned, 50),
        "p99_s": percentile(handler.cordoned, 99),
        "too_late": sum(seconds > DEADLINE for seconds in handler.cordoned),
    }


def figures() -> Iterator[Figure]:
    """1, 50 and 500 notices, by its defaults and tuned; once with pods that stop at once."""
    yield Figure("50 by default, pods stop at once", termination_handler(50, Tuning(), 0))
    for notices in (1, 50, 500):
        yield Figure(f"{notices} by default", termination_handler(notices, Tuning()))
        yield Figure(f"{notices} tuned", termination_handler(notices, TUNED))
