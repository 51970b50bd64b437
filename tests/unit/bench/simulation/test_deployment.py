"""Our services in the simulated account: every claim gets its point, in time, whatever lags."""

from __future__ import annotations

from bench.simulation.deployment import SLOT, SimulatedDeployment
from bench.simulation.ec2 import SimulatedEc2, lag_up_to
from bench.simulation.kernel import Simulation
from snapkeep.domain.policies import Pace
from snapkeep.domain.runs import RunState


def test_every_claim_is_ready_though_describes_lag() -> None:
    simulation = Simulation(SLOT)
    ec2 = SimulatedEc2(simulation, lambda dice: dice.uniform(5, 15), lag_up_to(120))
    deployed = SimulatedDeployment(simulation, ec2, 60, Pace(per_second=5, burst=20, pending=20))

    run = deployed.run(limit=1800)

    assert (run.state, run.ready, len(ec2.all)) == (RunState.COMPLETED, 60, 60)
    assert ec2.refused.total() == 0
    assert deployed.calls["SimulatedEc2.create"] == 60
    assert not deployed.jobs.dead and not deployed.ends.dead
