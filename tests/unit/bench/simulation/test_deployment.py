"""Our services in the simulated account: every claim gets its point, in time, whatever lags."""

from __future__ import annotations

from bench.simulation.deployment import SLOT, SimulatedDeployment
from bench.simulation.ec2 import SimulatedEc2, lag_up_to
from bench.simulation.kernel import Simulation
from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.policies import Pace


def test_every_claim_is_ready_though_describes_lag() -> None:
    simulation = Simulation(SLOT)
    ec2 = SimulatedEc2(simulation, lambda dice: dice.uniform(5, 15), lag_up_to(120))
    deployed = SimulatedDeployment(simulation, ec2, {"myeks": 60}, Pace(5, 20, 20))

    (run,) = deployed.run({"myeks": 0}, limit=1800)

    assert (run.state, run.ready, len(ec2.all)) == (RunState.COMPLETED, 60, 60)
    assert ec2.refused.total() == 0
    assert deployed.calls["SimulatedEc2.create"] == 60
    assert not deployed.jobs.dead and not deployed.ends.dead


def test_clusters_share_the_pace_and_begin_when_they_are_told_to() -> None:
    simulation = Simulation(SLOT)
    ec2 = SimulatedEc2(simulation, lambda dice: 5, lag_up_to(0))
    deployed = SimulatedDeployment(simulation, ec2, {"a": 20, "b": 10}, Pace(1, 10, 20))

    runs = deployed.run({"a": 0, "b": 600})

    assert {run.cluster: run.ready for run in runs} == {"a": 20, "b": 10}
    assert sum(at >= 600 for at in ec2.created_at) == 10
