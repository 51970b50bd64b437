"""Lifecycle hooks: ours are kept waiting for volumes and then let go, those of others are left to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.interruption.notices import Hook, Kind
from snapkeep.domain.interruption.rules import Draining, NodeRules
from tests.fakes.dying import HOOK, INSTANCE, NODE, DyingWorld, a_notice

DRAINED = NodeRules(drain=Draining.ON)


def called(world: DyingWorld, hook: Hook = HOOK) -> None:
    """Auto Scaling terminates the instance and waits."""
    world.announce(a_notice(world.clock(), Kind.LIFECYCLE, key=hook.token, action="terminate", hook=hook))


def test_a_managed_node_group_answers_its_hooks_itself() -> None:
    world = DyingWorld()
    world.nodes.nodes[NODE] = replace(world.node, labels={"eks.amazonaws.com/nodegroup": "spot"})
    called(world)
    world.save()
    assert (world.hooks.beats, world.hooks.completed) == ([], [])
    assert world.record.hooks == ()
    assert world.to_save.sent == [(INSTANCE, timedelta(seconds=40))], "only the look whether it drains"
    left = "lifecycle hook drain: is left to others: the managed node group drains its own nodes"
    assert any(line.startswith(left) for line in world.lines)
    del world.nodes.nodes[NODE]
    world.save()
    assert world.hooks.completed == []


def test_a_hook_of_a_node_that_nobody_of_us_drains_is_left() -> None:
    world = DyingWorld(NodeRules(drain=Draining.OFF))
    called(world)
    world.save()
    assert (world.hooks.beats, world.hooks.completed) == ([], [])


def test_what_was_announced_long_before_takes_no_time_from_a_hook() -> None:
    world = DyingWorld(DRAINED)
    world.announce(a_notice(world.clock(), Kind.REBALANCE, key="advice"))
    world.wait(minutes=30)
    called(world)
    world.save()
    assert (world.hooks.beats, world.hooks.completed) == ([HOOK.token], [])


def test_a_warning_of_days_ago_takes_no_time_from_a_hook() -> None:
    world = DyingWorld(DRAINED)
    world.warn(action="stop")
    world.wait(minutes=15)
    world.handler.tick()
    world.wait(days=3)
    called(world)
    report = world.save()
    assert (world.hooks.beats, world.hooks.completed) == ([HOOK.token], [])
    assert report.evicted and dict(world.nodes.evicted)["shop/mysql-0"] == 60


def test_the_deadline_of_the_machine_ends_a_hook_before_its_own() -> None:
    world = DyingWorld(DRAINED)
    called(world)
    world.warn()
    world.save()
    world.wait(seconds=120)
    world.save()
    assert world.hooks.completed == [HOOK.token]


def test_two_hooks_are_answered_each_and_one_in_trouble_is_tried_again() -> None:
    world = DyingWorld(DRAINED)
    other = Hook("group", "ship-logs", "token-2")
    called(world)
    called(world, other)
    world.nodes.all_attachments = []
    world.hooks.fail_next("complete", TemporaryError("no answer"))
    report = world.save()
    assert report.hooks == {"drain": "no answer", "ship-logs": "completed"}
    assert world.record.hooks == (HOOK,)
    assert world.to_save.sent == [(INSTANCE, timedelta(seconds=20))]
    world.save()
    assert world.hooks.completed == [other.token, HOOK.token]


@pytest.mark.parametrize("minutes", [1, 5, 14])
def test_a_hook_is_never_let_go_on_errors(minutes: int) -> None:
    world = DyingWorld(DRAINED)
    called(world)
    for _ in range(minutes):
        world.hooks.fail_next("heartbeat", TemporaryError("no answer"))
        world.save()
        world.wait(seconds=59)
    assert world.hooks.completed == []
