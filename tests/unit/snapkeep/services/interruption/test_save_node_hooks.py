"""The lifecycle hooks of a node that is saved."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.interruption.notices import Kind
from tests.fakes.dying import HOOK, INSTANCE, NODE, DyingWorld, a_notice
from tests.unit.snapkeep.services.interruption.dying_stories import DRAINED


def test_a_lifecycle_hook_is_kept_waiting_until_the_volumes_are_detached() -> None:
    world = DyingWorld(DRAINED)
    world.announce(a_notice(world.clock(), Kind.LIFECYCLE, hook=HOOK))
    world.save()
    assert (world.hooks.beats, world.hooks.completed) == ([HOOK.token], [])
    assert world.to_save.sent == [(INSTANCE, timedelta(seconds=20))]
    world.nodes.all_attachments = []
    world.save()
    assert world.hooks.completed == [HOOK.token]
    assert world.to_save.sent == []
    world.save()
    assert world.hooks.completed == [HOOK.token]


def test_a_lifecycle_hook_is_let_go_when_the_time_is_over() -> None:
    world = DyingWorld(DRAINED)
    world.announce(a_notice(world.clock(), Kind.LIFECYCLE, hook=HOOK))
    world.wait(minutes=15)
    world.save()
    assert world.hooks.completed == [HOOK.token]


def test_a_hook_that_does_not_wait_any_more_is_over() -> None:
    world = DyingWorld(DRAINED)
    world.hooks.over = {HOOK.token}
    world.announce(a_notice(world.clock(), Kind.LIFECYCLE, hook=HOOK))
    world.save()
    assert world.record.hooks == ()


def test_trouble_with_a_hook_never_ends_the_drain_and_it_is_tried_again() -> None:
    world = DyingWorld(DRAINED)
    world.hooks.fail_next("heartbeat", TemporaryError("no answer"))
    world.announce(a_notice(world.clock(), Kind.LIFECYCLE, hook=HOOK))
    report = world.save()
    assert report.evicted and report.hooks == {"drain": "no answer"}
    assert world.to_save.sent and world.hooks.completed == []


def test_a_node_that_is_gone_only_has_its_hooks_answered() -> None:
    world = DyingWorld(DRAINED)
    world.announce(a_notice(world.clock(), Kind.LIFECYCLE, hook=HOOK))
    del world.nodes.nodes[NODE]
    world.nodes.all_attachments = []
    world.save()
    assert world.hooks.completed == [HOOK.token]
