"""The simulated EC2 refuses what the real one refuses, and shows things late."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest

from bench.simulation.ec2 import EC2_LIMITS, SimulatedEc2, lag_up_to
from bench.simulation.kernel import Simulation
from snapkeep.domain.errors import Throttled
from snapkeep.domain.points import SnapshotState

START = datetime(2026, 11, 24, 18, tzinfo=UTC)


def an_ec2(pending: float = 10, lag: float = 0, volumes: int = 300) -> tuple[Simulation, SimulatedEc2]:
    simulation = Simulation(START)
    ec2 = SimulatedEc2(simulation, lambda dice: pending, lambda dice: lag)
    for number in range(volumes):
        ec2.add_volume(f"vol-{number}")
    return simulation, ec2


def at(simulation: Simulation, seconds: float) -> None:
    """Let everything happen up to that time."""
    simulation.after(seconds - simulation.seconds, lambda: None)
    simulation.run(lambda: simulation.seconds >= seconds, limit=seconds)


def create(ec2: SimulatedEc2, number: int) -> str:
    return ec2.create(f"vol-{number}", {}, "").id


def test_a_burst_of_a_hundred_and_then_five_a_second() -> None:
    simulation, ec2 = an_ec2(pending=0.5)
    for number in range(100):
        create(ec2, number)
    with pytest.raises(Throttled, match="RequestLimitExceeded"):
        create(ec2, 100)
    at(simulation, 1)
    for number in range(100, 105):
        create(ec2, number)
    with pytest.raises(Throttled, match="RequestLimitExceeded"):
        create(ec2, 105)
    assert ec2.refused == {"RequestLimitExceeded": 2}


def test_no_more_than_a_hundred_are_pending() -> None:
    simulation, ec2 = an_ec2(pending=60)
    for number in range(EC2_LIMITS.pending):
        create(ec2, number)
    at(simulation, 30)
    with pytest.raises(Throttled, match="PendingSnapshotLimitExceeded"):
        create(ec2, 100)
    at(simulation, 61)
    create(ec2, 100)


def test_one_volume_is_snapshotted_every_fifteen_seconds_and_five_times_at_once() -> None:
    simulation, ec2 = an_ec2(pending=600)
    for turn in range(5):
        at(simulation, turn * 15)
        create(ec2, 0)
        with pytest.raises(Throttled, match="SnapshotCreationPerVolumeRateExceeded"):
            create(ec2, 0)
    at(simulation, 75)
    with pytest.raises(Throttled, match="ConcurrentSnapshotLimitExceeded"):
        create(ec2, 0)


def test_describes_lag_behind_and_the_event_does_not() -> None:
    simulation, ec2 = an_ec2(pending=10, lag=20)
    told: list[float] = []
    ec2.on_end = lambda snapshot_id: told.append(simulation.seconds)
    snapshot_id = create(ec2, 0)
    at(simulation, 19)
    assert (ec2.get(snapshot_id), told) == (None, [10])
    at(simulation, 20)
    shown = ec2.get(snapshot_id)
    assert shown is not None and shown.state is SnapshotState.PENDING
    at(simulation, 31)
    shown = ec2.get(snapshot_id)
    assert shown is not None and shown.state is SnapshotState.COMPLETED


def test_one_describe_of_ten_may_lag_for_long() -> None:
    lags = [lag_up_to(120)(Random(seed)) for seed in range(1000)]

    assert 850 < sum(lag <= 2 for lag in lags) < 950
    assert 100 < max(lags) <= 120
