"""What backups cost: between one copy and a copy for each point, and work counted in the code."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from snapkeep.domain.costs import HOURS, Work, Workload, monthly_cost
from snapkeep.domain.prices import US_EAST_1
from tests.fakes.world import SLOT, World, a_claim

SMALL = Workload(volumes=100, used_gib=10, kept=5, change=0.1, slots=30)
IDLE = Work(
    **dict.fromkeys(Work.__slots__, 0.0),
)


def test_snapshots_cost_at_most_a_copy_for_each_point_and_likely_one_and_what_changed() -> None:
    found = monthly_cost(SMALL)
    assert found.storage_at_most == pytest.approx(100 * 10 * 5 * 0.05)
    assert found.storage_likely == pytest.approx(100 * 10 * 0.05 * 1.4)


def test_what_changes_wholly_costs_no_more_than_copies() -> None:
    found = monthly_cost(replace(SMALL, change=1.0))
    assert found.storage_likely == found.storage_at_most


def test_each_part_of_the_work_has_its_price() -> None:
    points = 3_000
    assert monthly_cost(SMALL, IDLE).service == 0
    wrote = monthly_cost(SMALL, replace(IDLE, point_writes=10)).journal
    assert wrote == pytest.approx(points * 10 * US_EAST_1.table_writes / 1e6)
    ran = monthly_cost(SMALL, replace(IDLE, point_seconds=2, memory_gb=0.5)).functions
    assert ran == pytest.approx(points * US_EAST_1.lambda_gb_second)
    listed = monthly_cost(SMALL, replace(IDLE, listings_an_hour=2, describe_seconds=1, memory_gb=1)).functions
    assert listed == pytest.approx(HOURS * 2 * 0.5 * US_EAST_1.lambda_gb_second)


WRITES = {
    "add_points": 5,  # a transaction: twice the units of an item of 2 KB, and one for the index
    "lease": 2,
    "write_intent": 2,
    "write_created": 4,
    "release": 2,
    "finish": 6,  # the point and its run, in a transaction
    "put_entries": 1,
    "finished": 1,  # the pace
    "take": 1,
}
"""DynamoDB write units of the calls that write, of an item between 1 and 2 KB.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
"""


class Counted:
    """A port whose calls are counted."""

    def __init__(self, port: Any, calls: Counter[str]) -> None:
        self.__dict__.update(_port=port, _calls=calls)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found):
            return found

        def call(*given: Any, **named: Any) -> Any:
            self._calls[name] += 1
            return found(*given, **named)

        return call


def test_a_point_writes_what_the_cost_says() -> None:
    calls: Counter[str] = Counter()
    claims = [a_claim(f"data-{number}") for number in range(100)]
    world = World(*claims, wrap=lambda port: Counted(port, calls))
    world.back_up(SLOT)
    assert len(world.counted()) == 100
    once_for_all = {"add_points": 100}  # one call writes many points
    units = sum(units * max(calls[name], once_for_all.get(name, 0)) for name, units in WRITES.items())
    assert units / 100 == pytest.approx(Work().point_writes, abs=1)
