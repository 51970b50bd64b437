"""The simulated queue delivers as SQS and Lambda do: late, in part again, and not for ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from bench.simulation.kernel import Simulation
from bench.simulation.queues import COLD_START, LambdaQueue

START = datetime(2026, 11, 24, 18, tzinfo=UTC)


def test_no_more_functions_run_at_once_than_allowed() -> None:
    simulation = Simulation(START)
    running, most, done = 0, 0, 0

    def work(bodies: Sequence[str], owner: str) -> list[int]:
        nonlocal running, most, done
        running += 1
        most = max(most, running)
        simulation.sleep(10)
        running -= 1
        done += len(bodies)
        return []

    queue = LambdaQueue(simulation, "jobs", batch_size=2, concurrency=3, visibility=60, handler=work)
    for number in range(12):
        queue.put(str(number))
    simulation.run(lambda: done == 12, limit=100)

    assert most == 3
    assert queue.invocations >= 6
    assert simulation.seconds >= 20 + COLD_START


def test_only_what_failed_comes_again_and_in_the_end_it_is_put_aside() -> None:
    simulation = Simulation(START)
    seen: list[tuple[str, float]] = []

    def work(bodies: Sequence[str], owner: str) -> list[int]:
        seen.extend((body, simulation.seconds) for body in bodies)
        return [place for place, body in enumerate(bodies) if body == "bad"]

    queue = LambdaQueue(
        simulation, "ends", batch_size=10, concurrency=1, visibility=60, max_receives=3, handler=work
    )
    queue.put("bad", delay=5)
    queue.put("good", delay=5)
    simulation.run(lambda: bool(queue.dead), limit=1000)

    assert [body for body, _ in seen].count("good") == 1
    assert [at for body, at in seen if body == "bad"] == [6, 65, 125]
    assert queue.dead == ["bad"]
