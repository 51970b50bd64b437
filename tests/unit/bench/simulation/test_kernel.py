"""The simulated clock: things happen in the order of their time, and what sleeps keeps nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bench.simulation.kernel import Simulation, Stuck

START = datetime(2026, 11, 24, 18, tzinfo=UTC)


def test_work_that_sleeps_lets_others_go_on() -> None:
    simulation, seen = Simulation(START), list[tuple[str, float]]()

    def work(name: str, pause: float) -> None:
        for _ in range(2):
            simulation.sleep(pause)
            seen.append((name, simulation.seconds))

    simulation.start(lambda: work("slow", 3))
    simulation.start(lambda: work("quick", 1), after=0.5)
    simulation.run(lambda: len(seen) == 4, limit=60)

    assert seen == [("quick", 1.5), ("quick", 2.5), ("slow", 3), ("slow", 6)]
    assert simulation.clock() == START + timedelta(seconds=6)


def test_what_work_raises_ends_the_run() -> None:
    simulation = Simulation(START)
    simulation.start(lambda: simulation.sleep(1) or 1 / 0)  # type: ignore[func-returns-value]

    with pytest.raises(ZeroDivisionError):
        simulation.run(lambda: False, limit=60)


def test_a_run_that_comes_to_nothing_says_so() -> None:
    simulation = Simulation(START)
    with pytest.raises(Stuck, match="nothing is left"):
        simulation.run(lambda: False, limit=60)
    simulation.after(61, lambda: None)
    with pytest.raises(Stuck, match="not done after 60 s"):
        simulation.run(lambda: False, limit=60)
