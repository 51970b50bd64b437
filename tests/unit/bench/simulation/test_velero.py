"""The loop that Velero's is: one volume after the other, five seconds each at least."""

from __future__ import annotations

from bench.simulation.deployment import SLOT
from bench.simulation.ec2 import SimulatedEc2, lag_up_to
from bench.simulation.kernel import Simulation
from bench.simulation.velero import VeleroLoop


def loop(volumes: int, workers: int) -> float:
    simulation = Simulation(SLOT)
    ec2 = SimulatedEc2(simulation, lambda dice: 10, lag_up_to(0))
    return VeleroLoop(simulation, ec2, volumes).run(workers)


def test_each_volume_waits_for_the_one_before() -> None:
    assert 5 * 20 < loop(20, workers=1) < 8 * 20


def test_more_workers_share_the_volumes() -> None:
    assert loop(20, workers=4) < loop(20, workers=1) / 3
