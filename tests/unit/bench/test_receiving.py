"""What is shown of the rival: when it has received and cordoned, and how many nodes were gone by then."""

from __future__ import annotations

from bench.receiving import TUNED, termination_handler
from bench.simulation.termination_handler import Tuning


def test_nodes_that_were_cordoned_after_their_end_are_counted() -> None:
    crawling = termination_handler(12, Tuning(workers=2), drain_seconds=60)

    assert crawling["p99_s"] > 120
    assert 0 < crawling["too_late"] < 12


def test_tuning_helps_the_cordon_and_not_the_receiving() -> None:
    default, tuned = termination_handler(30, Tuning()), termination_handler(30, TUNED)

    assert tuned["received_s"] == default["received_s"]
    assert tuned["p99_s"] < default["p99_s"]
