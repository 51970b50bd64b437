"""The cost of Snapkeep's own work for 100, 1,000 and 5,000 claims: CPU, memory, and calls by kind.

Everything else answers instantly (the tests' fakes), so the seconds are our code alone: planning, jobs,
completions. `bench.account` measures how long it takes within EC2's limits, and
`tests/integration/test_scale.py` runs 1,000 claims through deployed functions.
"""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from bench.figures import Figure
from bench.retention import peak_mib
from bench.simulation.counting import Counted
from bench.simulation.indexed import IndexedSnapshots, indexed_journal
from snapkeep.ports.journal import Journal
from tests.fakes import FakeSnapshots
from tests.fakes.snapshots import OwnFakeSnapshots
from tests.fakes.world import World, a_claim

SIZES = (100, 1_000, 5_000)
MIB_ALLOWED = 256
"""Half of the smallest function's memory; here all functions and the fakes share it."""


def measure(claims: int) -> dict[str, float]:
    """CPU seconds of each phase, peak MiB and calls of one run."""
    calls = Counter[str]()
    journal, ebs = indexed_journal(), IndexedSnapshots()
    indexed: dict[type, Any] = {FakeSnapshots: ebs, OwnFakeSnapshots: ebs}
    for number in range(claims):
        ebs.add_volume(f"vol-data-{number:05}")
    world = World(
        *(a_claim(f"data-{number:05}") for number in range(claims)),
        wrap=lambda port: Counted(indexed.get(type(port), port), calls),
        journal=journal,
    )

    def complete() -> None:
        ebs.complete()
        for snapshot_id in list(ebs.all):
            world.event(snapshot_id)

    seconds = [cpu_of(world.backup), cpu_of(world.work), cpu_of(complete)]
    (run,) = journal.runs.all.values()
    stores = [getattr(journal, name) for name in Journal.__dataclass_fields__]
    assert (run.ready, run.failed) == (claims, 0), run
    return {
        **dict(zip(("plan_cpu_s", "take_cpu_s", "complete_cpu_s"), seconds, strict=True)),
        "mib": round(peak_mib()),
        "creates": calls["create"],
        "describes": calls["find"] + calls["get"],
        "journal_calls": sum(calls[name] for name in calls if any(hasattr(store, name) for store in stores)),
        "pace_calls": calls["take"],
    }


def cpu_of(work: Callable[[], object]) -> float:
    """The CPU seconds of some work."""
    began = time.process_time()
    work()
    return round(time.process_time() - began, 2)


def figures() -> Iterator[Figure]:
    """One run for each size, each in its own process."""
    alone = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), max_tasks_per_child=1)
    with alone as pool:
        for claims in SIZES:
            values = pool.submit(measure, claims).result()
            yield Figure(f"{claims:,} claims", values, {"creates": claims, "mib": MIB_ALLOWED})
