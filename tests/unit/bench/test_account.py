"""What is measured in the simulated account, beside the least that arithmetic allows."""

from __future__ import annotations

import pytest

from bench.account import EC2_PACE, floor, snapkeep, velero
from snapkeep.domain.policies import Pace


@pytest.mark.parametrize(("volumes", "seconds"), [(50, 0), (900, 160), (5_000, 980)])
def test_the_floor_is_the_burst_and_then_the_rate(volumes: int, seconds: float) -> None:
    assert floor(volumes, EC2_PACE, mean_pending=10) == seconds


def test_slow_snapshots_make_what_may_be_pending_the_floor() -> None:
    assert floor(900, EC2_PACE, mean_pending=300) == 2400


def test_a_run_keeps_close_to_the_floor_and_a_serial_loop_does_not() -> None:
    pace = Pace(per_second=5, burst=30, pending=100)
    ours, theirs = snapkeep(130, pace), velero(130, workers=1)

    assert (ours["ready"], ours["failed"], ours["refused"], ours["creates"]) == (130, 0, 0, 130)
    assert ours["floor_s"] == 20
    assert ours["created_s"] < 40 < theirs["created_s"] / 10
