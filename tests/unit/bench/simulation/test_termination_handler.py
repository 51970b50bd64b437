"""The loop that receives: ten messages every two seconds, whatever is tuned."""

from __future__ import annotations

import pytest

from bench.simulation.deployment import SLOT
from bench.simulation.kernel import Simulation
from bench.simulation.termination_handler import TerminationHandler, Tuning

FAST = Tuning(workers=1_000, per_second=1_000, burst=1_000)


def handler(notices: int, tuning: Tuning, drain_seconds: float = 0) -> TerminationHandler:
    made = TerminationHandler(Simulation(SLOT), tuning, drain_seconds)
    made.run(notices)
    return made


def test_a_single_notice_ends_the_long_poll_and_waits_for_the_dispatcher_only() -> None:
    alone = handler(1, Tuning())

    assert alone.received == pytest.approx([0.1])
    assert alone.cordoned[0] <= 1.1


@pytest.mark.parametrize("tuning", [Tuning(), FAST])
def test_no_tuning_receives_more_than_five_notices_a_second(tuning: Tuning) -> None:
    received = handler(100, tuning).received

    # The tick kept during the long poll gives one batch for free.
    assert len([seconds for seconds in received if seconds < 12]) <= 5 * 12 + 10
    assert received[-1] > 100 / 5 - 4


def test_cordons_follow_the_loop_that_receives_however_many_workers_there_are() -> None:
    fast = handler(100, FAST)

    assert fast.cordoned[-1] > fast.received[-1]
    assert fast.cordoned[-1] < fast.received[-1] + 2


def test_workers_are_taken_until_their_nodes_are_drained() -> None:
    workers = Tuning(workers=2, per_second=1_000, burst=1_000)

    assert handler(10, workers, drain_seconds=30).cordoned[-1] > 4 * 30
    assert handler(10, workers).cordoned[-1] < 30


def test_all_workers_share_the_calls_of_one_client() -> None:
    slow = Tuning(workers=1_000, per_second=5, burst=10)

    assert handler(10, slow).cordoned[-1] >= (10 * 4 - 10) / 5


def test_it_is_no_slower_here_than_its_users_measured() -> None:
    """50 notices, 50 workers, the default client: P99 154 s in its pull request 1281."""
    assert handler(50, Tuning(workers=50), drain_seconds=30).cordoned[-1] < 154
