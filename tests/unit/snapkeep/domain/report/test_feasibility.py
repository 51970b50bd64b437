"""What an account carries: the rate, the time, the quota, and what is refused with the way out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain.policies import Pace
from snapkeep.domain.report.feasibility import (
    Demand,
    capacity_of,
    csi_time_of,
    feasible_rate,
    hours,
    spread,
    time_of,
)

EC2 = Pace(per_second=5, burst=100, pending=100)


@pytest.mark.parametrize(("pending", "rate"), [(1, 5), (20, 5), (50, 2), (1200, 1 / 12)])
def test_the_rate_is_the_refill_or_what_pending_snapshots_leave(pending: float, rate: float) -> None:
    assert feasible_rate(EC2, pending) == pytest.approx(rate)


@pytest.mark.parametrize(("volumes", "seconds"), [(80, 0), (900, 160), (5_000, 980)])
def test_a_slot_takes_what_arithmetic_says(volumes: int, seconds: float) -> None:
    assert time_of(volumes, EC2, 10) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("volumes", "calls", "seconds"), [(100, 5, 150), (600, 5, 900), (600, 20, 225), (600, 1000, 220)]
)
def test_csi_is_bound_by_what_the_snapshot_controller_may_ask(
    volumes: int, calls: float, seconds: float
) -> None:
    assert csi_time_of(volumes, Pace(), 10, calls) == timedelta(seconds=seconds)


def test_a_small_account_has_no_problem() -> None:
    found = capacity_of(Demand(volumes=2_000, backups_a_day=1, pending_seconds=60, kept=45), Pace())

    assert (found.problems, found.accounts, found.snapshots) == ((), 1, 90_000)


def test_a_slot_that_outlasts_the_patience_of_its_points_is_refused() -> None:
    found = capacity_of(Demand(100_000, backups_a_day=1, pending_seconds=60, kept=1), Pace())

    (problem,) = found.problems
    assert "100,000 volumes take 20 h 49 min at 1.33 snapshots a second" in problem
    assert "28,850 fit into 6 h 0 min" in problem
    assert found.accounts == 4


def test_a_slot_that_meets_the_next_one_is_refused() -> None:
    hourly = capacity_of(Demand(volumes=20_000, backups_a_day=24, pending_seconds=10, kept=1), Pace())

    assert "the next slot comes first: 9,050 fit into 1 h 0 min" in hourly.problems[0]
    assert hourly.accounts == 3


def test_the_quota_tells_how_many_accounts_it_takes() -> None:
    found = capacity_of(Demand(volumes=10_000, backups_a_day=1, pending_seconds=10, kept=45), Pace())

    (problem,) = found.problems
    assert "10,000 volumes keep 450,000 snapshots, and the quota is 100,000" in problem
    assert found.accounts == 5
    assert capacity_of(Demand(10_000, 1, 10, 45), Pace(), quota=500_000).problems == ()


def test_clusters_begin_one_after_the_other_the_largest_first() -> None:
    found = spread({"small": 250, "large": 2_500, "middle": 500}, Pace(), 10, timedelta(hours=1))

    assert found.starts == {
        "large": timedelta(),
        "middle": timedelta(seconds=1_000),
        "small": timedelta(seconds=1_200),
    }
    assert not found.refused


def test_a_cluster_that_does_not_fit_is_refused_and_a_smaller_one_takes_its_place() -> None:
    found = spread({"a": 1_000, "b": 1_000, "c": 200}, Pace(), 10, timedelta(minutes=10))

    assert found.starts == {"a": timedelta(), "c": timedelta(seconds=400)}
    assert "1,000 volumes take 7 min at 2.5 snapshots a second" in found.refused["b"]
    assert "3 min remain of the window of 10 min" in found.refused["b"]


@pytest.mark.parametrize(("seconds", "text"), [(40, "40 s"), (1500, "25 min"), (15000, "4 h 10 min")])
def test_durations_are_told_as_people_say_them(seconds: int, text: str) -> None:
    assert hours(timedelta(seconds=seconds)) == text
