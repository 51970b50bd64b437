"""Announcements that are put off, cancelled, repeated or come to nothing."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain.interruption.instances import InstanceState
from snapkeep.domain.interruption.notices import HEALTH_LEAD, Kind
from tests.fakes.dying import INSTANCE, DyingWorld, a_node, a_notice, an_instance

ARN = "arn:aws:health:one"


def test_a_recommendation_that_led_to_nothing_is_withdrawn_after_its_time() -> None:
    world = DyingWorld()
    world.announce(a_notice(world.clock(), Kind.REBALANCE))
    world.wait(minutes=59)
    world.handler.tick()
    assert world.node.unschedulable
    world.wait(minutes=16)
    (handled,) = world.handler.tick()
    assert handled.outcome == "withdrawn"
    assert not world.node.unschedulable
    assert world.record.closed_at == world.clock()
    assert list(world.handler.tick()) == []


def test_what_a_person_cordoned_before_stays_cordoned() -> None:
    world = DyingWorld()
    world.nodes.nodes[world.node.name] = a_node(unschedulable=True)
    world.announce(a_notice(world.clock(), Kind.REBALANCE))
    world.wait(hours=2)
    world.handler.tick()
    assert world.node.unschedulable and world.record.closed_at


def test_a_scheduled_event_is_respected_and_its_cancellation_too() -> None:
    world = DyingWorld()
    start = world.clock() + timedelta(days=7)
    notice = a_notice(world.clock(), Kind.HEALTH, action="RETIRE", deadline=start, subject=ARN)
    assert world.announce(notice).outcome == "wait"
    assert not world.node.unschedulable and world.to_save.sent == []
    world.clock.now = start - HEALTH_LEAD
    world.handler.tick()
    assert world.node.unschedulable and world.to_save.sent
    world.announce(a_notice(world.clock(), Kind.HEALTH, key="c", subject=ARN, withdrawn=True))
    assert not world.node.unschedulable and world.record.closed_at


def test_a_stopped_machine_is_uncordoned_when_it_runs_again() -> None:
    world = DyingWorld()
    world.warn(action="stop")
    world.die(InstanceState.STOPPED)
    for _ in range(8):
        world.wait(minutes=15)
        world.handler.tick()
    assert world.node.unschedulable and not world.record.closed_at
    world.instances.all[INSTANCE] = an_instance()
    world.announce(a_notice(world.clock(), Kind.STATE, key="run", action="running"))
    assert not world.node.unschedulable and world.record.closed_at


def test_a_second_warning_after_a_stop_is_taken_as_serious_as_the_first() -> None:
    world = DyingWorld()
    world.warn(action="stop")
    world.wait(minutes=5)
    world.announce(a_notice(world.clock(), Kind.STATE, key="run", action="running"))
    assert world.record.closed_at
    world.wait(days=2)
    world.to_save.sent.clear()
    handled = world.warn(key="event-2")
    assert handled.outcome == "act" and world.node.unschedulable and world.to_save.sent
    assert world.record.timeline[-1].seconds_left == 120.0
    world.wait(seconds=30)
    assert world.handler.tick() == [] and world.node.unschedulable


def test_a_scheduled_event_is_still_due_after_a_recommendation_came_to_nothing() -> None:
    world = DyingWorld()
    start = world.clock() + timedelta(days=7)
    world.announce(a_notice(world.clock(), Kind.HEALTH, action="RETIRE", deadline=start, subject=ARN))
    world.announce(a_notice(world.clock(), Kind.REBALANCE, key="advice"))
    assert world.node.unschedulable
    world.wait(hours=2)
    world.handler.tick()
    assert not world.node.unschedulable and not world.record.closed_at
    world.clock.now = start - HEALTH_LEAD
    world.handler.tick()
    assert world.node.unschedulable and world.to_save.sent


def test_a_scheduled_event_that_is_put_off_keeps_to_its_new_date() -> None:
    world = DyingWorld()
    first, second = world.clock() + timedelta(days=1), world.clock() + timedelta(days=8)
    world.announce(a_notice(world.clock(), Kind.HEALTH, action="R", deadline=first, subject=ARN))
    world.wait(hours=1)
    world.announce(a_notice(world.clock(), Kind.HEALTH, key="u", action="R", deadline=second, subject=ARN))
    world.clock.now = first - HEALTH_LEAD
    world.handler.tick()
    assert not world.node.unschedulable
    world.clock.now = second - HEALTH_LEAD
    world.handler.tick()
    assert world.node.unschedulable


def test_a_cancellation_that_overtakes_its_announcement_counts() -> None:
    world = DyingWorld()
    soon = world.clock() + timedelta(minutes=30)
    planned = a_notice(world.clock(), Kind.HEALTH, action="RETIRE", deadline=soon, subject=ARN)
    world.wait(seconds=1)
    world.announce(a_notice(world.clock(), Kind.HEALTH, key="c", subject=ARN, withdrawn=True))
    world.announce(planned)
    assert not world.node.unschedulable and world.record.closed_at


def test_a_start_that_overtakes_its_stop_is_seen_by_looking() -> None:
    world = DyingWorld()
    stopping = a_notice(world.clock(), Kind.STATE, key="stop", action="stopping")
    world.wait(seconds=40)
    world.announce(a_notice(world.clock(), Kind.STATE, key="run", action="running"))
    world.announce(stopping)
    assert world.node.unschedulable
    world.wait(minutes=16)
    world.handler.tick()
    assert not world.node.unschedulable and world.record.closed_at
    assert "EC2 shows it running" in world.lines


def test_a_warning_while_the_cordon_is_being_lifted_cordons_again() -> None:
    world = DyingWorld()
    world.announce(a_notice(world.clock(), Kind.REBALANCE, key="advice"))
    world.wait(hours=2)
    warning = a_notice(world.clock())
    world.journal.meanwhile("write_incident", lambda: world.announce(warning))
    world.handler.tick()
    assert world.node.unschedulable and world.record.ours and not world.record.closed_at
    assert world.to_save.sent


def test_a_warning_that_saw_the_cordon_just_before_it_was_lifted_cordons_again() -> None:
    world = DyingWorld()
    world.announce(a_notice(world.clock(), Kind.REBALANCE, key="advice"))
    world.wait(hours=2)
    seen = world.look(a_notice(world.clock()))
    world.handler.tick()
    assert not world.node.unschedulable
    world.handler.record(seen)
    assert world.node.unschedulable and world.record.ours and not world.record.closed_at


def test_a_stopped_machine_is_not_saved_again_and_again() -> None:
    world = DyingWorld()
    world.warn(action="stop")
    world.announce(a_notice(world.clock(), Kind.STATE, key="s", action="stopping"))
    world.die(InstanceState.STOPPED)
    world.to_save.sent.clear()
    for _ in range(8):
        world.wait(minutes=15)
        world.handler.tick()
    assert world.to_save.sent == [] and not world.record.closed_at
