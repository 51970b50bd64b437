"""How long a backup takes within EC2's account limits, compared with the arithmetic minimum.

The services are ours, unchanged; the account is simulated (`bench.simulation`), so seconds are those of a
simulated clock: 15 minutes pass in seconds, and two runs give the same figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from bench.figures import Figure
from bench.simulation.deployment import SLOT, SimulatedDeployment
from bench.simulation.ec2 import Draw, SimulatedEc2, lag_up_to
from bench.simulation.kernel import Simulation
from bench.simulation.velero import VeleroLoop
from snapkeep.domain.policies import Pace

EC2_PACE = Pace(per_second=5, burst=100, pending=100)
"""All that EC2 allows an account; the shipped pace is half of it, because others use the account as well."""

CLUSTER = "myeks"
LAG = lag_up_to(120)
ALLOWED = 1.1
"""Times the arithmetic floor."""


def little_changed(dice: Random) -> float:
    """The seconds that a snapshot of a volume with few changes is pending: 5 to 15."""
    return dice.uniform(5, 15)


def first_full(dice: Random) -> float:
    """The seconds that a first, full snapshot is pending: 4 to 6 minutes."""
    return dice.uniform(240, 360)


def floor(volumes: int, pace: Pace, mean_pending: float) -> float:
    """The minimum seconds until the last create: the bucket's burst at once, then the lower of its rate and
    the pending limit."""
    burst = min(pace.burst, pace.pending)
    return max(0.0, volumes - burst) / min(pace.per_second, pace.pending / mean_pending)


def snapkeep(volumes: int, pace: Pace, duration: Draw = little_changed, mean: float = 10) -> dict[str, float]:
    """The result of a run with this many volumes, in simulated seconds since its schedule and in counts."""
    simulation = Simulation(SLOT)
    ec2 = SimulatedEc2(simulation, duration, LAG)
    deployed = SimulatedDeployment(simulation, ec2, {CLUSTER: volumes}, pace)
    (run,) = deployed.run({CLUSTER: 0})
    least = floor(volumes, pace, mean)
    created = max(ec2.created_at)
    return {
        "floor_s": round(least, 1),
        "created_s": round(created, 1),
        "times_floor": round(created / least, 3),
        "closed_s": round(simulation.seconds, 1),
        "ready": run.ready,
        "failed": run.failed + len(deployed.jobs.dead),
        "refused": ec2.refused.total(),
        "creates": ec2.calls["create"],
        "describes": ec2.calls["find"] + ec2.calls["get"],
        "invocations": deployed.jobs.invocations + deployed.ends.invocations,
    }


def velero(volumes: int, workers: int) -> dict[str, float]:
    """The same volumes with a loop like Velero's."""
    simulation = Simulation(SLOT)
    ec2 = SimulatedEc2(simulation, little_changed, LAG)
    VeleroLoop(simulation, ec2, volumes).run(workers)
    least, created = floor(volumes, EC2_PACE, 10), max(ec2.created_at)
    return {
        "floor_s": round(least, 1),
        "created_s": round(created, 1),
        "times_floor": round(created / least, 1),
        "refused": ec2.refused.total(),
        "creates": ec2.calls["create"],
    }


def figures() -> Iterator[Figure]:
    """900 and 5,000 volumes at EC2's pace and at the shipped one, first full backups, and Velero's loop."""
    for volumes in (900, 5_000):
        limits = {"times_floor": ALLOWED, "failed": 0.0}
        yield Figure(f"{volumes:,} at EC2's pace", snapkeep(volumes, EC2_PACE), limits)
        yield Figure(f"{volumes:,} at the shipped pace", snapkeep(volumes, Pace()), limits)
    full = snapkeep(900, Pace(), first_full, 300)
    yield Figure("900 first full ones at the shipped pace", full, {"times_floor": ALLOWED, "failed": 0.0})
    for workers in (1, 16):
        yield Figure(f"900 by Velero's loop, {workers} at once", velero(900, workers))
