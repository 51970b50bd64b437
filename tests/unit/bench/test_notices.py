"""Percentiles of waits, as the figures show them."""

from __future__ import annotations

from bench.notices import BURSTS, percentile


def test_a_single_wait_is_its_own_percentile() -> None:
    assert percentile([0.25], 99) == 0.25


def test_no_wait_at_all_is_zero_and_the_missing_nodes_tell() -> None:
    assert percentile([], 99) == 0


def test_the_99th_of_many_lies_between_the_slowest_two() -> None:
    waits = [float(number) for number in range(101)]

    assert (percentile(waits, 50), percentile(waits, 99)) == (50.0, 99.0)


def test_the_limits_are_those_of_the_goal() -> None:
    assert BURSTS == {1: (15.0, 0.3), 50: (15.0, 15.0), 500: (100.0, 100.0)}
