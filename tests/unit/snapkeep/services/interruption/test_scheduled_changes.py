"""Stories of AWS Health: windows, dates that move, and instances that are not affected any more."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from snapkeep.domain.interruption.notices import GONE_WITHIN, HEALTH_LEAD, Kind
from snapkeep.domain.interruption.rules import Draining, NodeRules
from snapkeep.inbound.interruptions import notices
from tests.fakes.dying import INSTANCE, DyingWorld, a_node, a_notice, an_instance

SAMPLES = Path(__file__).parents[5] / "events" / "handle_interruption"
ONE, TWO, THREE = (f"i-0a1b2c3d4e5f6071{last}" for last in "89a")
START = datetime(2026, 12, 8, 15, 10, 9, tzinfo=UTC)
ORDERS = sorted(set(permutations(["health_three", "health_one_resolved", "health_three"])))
WINDOW = (datetime(2026, 12, 8, 2, tzinfo=UTC), datetime(2026, 12, 8, 6, tzinfo=UTC))


def page(name: str, **detail: Any) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text())
    event["detail"].update(detail)
    return event


def three_nodes() -> DyingWorld:
    """A world of the three instances that the samples name, at the time of the first of them."""
    world = DyingWorld()
    world.clock.now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    for instance in (ONE, TWO, THREE):
        world.instances.all[instance] = an_instance(instance, private_dns=instance)
        world.nodes.nodes[instance] = a_node(instance, instance)
    return world


def deliver(world: DyingWorld, event: dict[str, Any]) -> None:
    for notice in notices(event) or ():
        world.announce(notice)


def cordoned(world: DyingWorld) -> Sequence[str]:
    return [each for each in (ONE, TWO, THREE) if world.nodes.nodes[each].unschedulable]


def test_a_page_that_resolves_one_of_three_takes_that_one_back() -> None:
    world = three_nodes()
    deliver(world, page("health_three"))
    world.clock.now = START - HEALTH_LEAD
    world.handler.tick()
    assert cordoned(world) == [ONE, TWO, THREE]
    late = page("health_one_resolved") | {"time": f"{world.clock():%Y-%m-%dT%H:%M:%SZ}"}
    deliver(world, late)
    assert cordoned(world) == [TWO, THREE]
    assert world.journal.incidents.all[ONE].closed_at
    assert not world.journal.incidents.all[TWO].closed_at
    assert [step.instance for step in world.news.steps if step.step == "withdrawn"] == [ONE]


@pytest.mark.parametrize("order", ORDERS)
def test_pages_in_any_order_and_twice_leave_the_resolved_one_alone(order: tuple[str, ...]) -> None:
    world = three_nodes()
    for name in order:
        deliver(world, page(name))
    world.clock.now = START - HEALTH_LEAD
    world.handler.tick()
    assert cordoned(world) == [TWO, THREE]


def test_a_page_that_comes_after_the_resolution_cordons_nobody_for_long() -> None:
    world = three_nodes()
    world.clock.now = START - timedelta(minutes=20)
    deliver(world, page("health_one_resolved"))
    deliver(world, page("health_three"))
    assert cordoned(world) == [TWO, THREE]
    assert [saved for saved, _ in world.to_save.sent if saved == ONE] == []


def test_who_cordoned_a_resolved_node_before_keeps_it_so() -> None:
    world = three_nodes()
    world.nodes.nodes[ONE] = a_node(ONE, ONE, unschedulable=True)
    deliver(world, page("health_three"))
    world.clock.now = START - HEALTH_LEAD
    world.handler.tick()
    deliver(world, page("health_one_resolved"))
    assert cordoned(world) == [ONE, TWO, THREE]
    assert world.journal.incidents.all[ONE].closed_at


def test_a_spot_warning_outlives_the_resolution_of_a_scheduled_change() -> None:
    world = three_nodes()
    deliver(world, page("health_three"))
    warning = a_notice(world.clock(), instance=ONE)
    world.announce(warning)
    deliver(world, page("health_one_resolved"))
    assert cordoned(world) == [ONE] and not world.journal.incidents.all[ONE].closed_at


def test_a_node_stays_cordoned_as_long_as_the_window_is_open() -> None:
    world = three_nodes()
    deliver(world, page("health_window"))
    start, end = WINDOW
    world.clock.now = start - HEALTH_LEAD
    world.handler.tick()
    assert cordoned(world) == [ONE, TWO, THREE]
    world.clock.now = end + GONE_WITHIN - timedelta(seconds=1)
    world.handler.tick()
    assert cordoned(world) == [ONE, TWO, THREE]
    world.wait(minutes=16)
    world.handler.tick()
    assert cordoned(world) == []
    reason = world.news.steps[-1].reason
    assert "its window ended 2026-12-08 06:00 UTC, and nothing came of it" in reason


def test_a_window_that_has_passed_asks_for_nothing() -> None:
    world = three_nodes()
    world.clock.now = WINDOW[1] + GONE_WITHIN
    deliver(world, page("health_window"))
    assert cordoned(world) == [] and world.to_save.sent == []
    assert all(record.closed_at for record in world.journal.incidents.all.values())


def test_an_end_that_moves_moves_the_uncordoning_whatever_the_page_is_called() -> None:
    world = three_nodes()
    start, end = WINDOW
    deliver(world, page("health_window"))
    longer = page("health_window", endTime="Tue, 08 Dec 2026 09:00:00 GMT")
    deliver(world, longer | {"time": "2026-11-24T13:00:00Z"})
    world.clock.now = start - HEALTH_LEAD
    world.handler.tick()
    world.clock.now = end + GONE_WITHIN
    world.handler.tick()
    assert cordoned(world) == [ONE, TWO, THREE]
    world.clock.now = end + timedelta(hours=3) + GONE_WITHIN
    world.handler.tick()
    assert cordoned(world) == []


def test_pods_have_their_own_grace_while_the_window_is_open_and_no_budget_is_overruled() -> None:
    world = DyingWorld(NodeRules(drain=Draining.ON))
    start, end = world.clock(), world.clock() + timedelta(hours=4)
    change = a_notice(start, Kind.HEALTH, action="REBOOT", deadline=start, window_end=end, subject="arn")
    world.wait(minutes=5)
    world.nodes.budgets["mysql-0"] = "the budget needs 1"
    world.announce(change)
    report = world.save()
    assert dict(world.nodes.evicted)["shop/wordpress-0"] == 30
    assert report.blocked == {"shop/mysql-0": "the budget needs 1"} and world.to_save.sent == []
    world.clock.now = end - timedelta(seconds=5)
    world.save()
    assert world.nodes.deleted == []
    assert not any("after its deadline" in line for line in world.lines)
    assert world.record.instance == INSTANCE
