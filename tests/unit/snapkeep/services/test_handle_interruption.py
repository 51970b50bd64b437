"""Stories of incidents: one record whatever comes in which order, watched to its end."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest

from snapkeep.domain.errors import ClusterUnreachable, TemporaryError
from snapkeep.domain.interruption.machines import MachineState
from snapkeep.domain.interruption.notices import HEALTH_LEAD, Kind
from tests.fakes.dying import HOOK, INSTANCE, DyingWorld, a_machine, a_node, a_notice

ARN = "arn:aws:health:one"


def test_a_warning_cordons_journals_and_sends_the_node_to_be_saved() -> None:
    world = DyingWorld()
    notice = a_notice(world.clock())
    world.wait(seconds=2)
    handled = world.announce(notice)
    assert (handled.outcome, handled.seconds_to_cordon) == ("act", 2.0)
    assert [instance for instance, _ in world.to_save.sent] == [INSTANCE]
    assert world.record.ours and world.record.cordoned_at == world.clock()
    assert [moment.left for moment in world.record.timeline] == [118.0, 118.0]
    assert world.news.steps[0].figures["SecondsToCordon"] == 2.0
    assert [said.reason for said in world.nodes.said] == ["SnapkeepCordoned"]


def test_the_same_event_twice_is_told_once() -> None:
    world = DyingWorld()
    world.warn()
    revision = world.record.revision
    world.announce(a_notice(world.record.notices[0].announced_at))
    assert world.record.revision == revision
    assert len(world.news.steps) == 1


def test_all_that_announces_one_death_is_one_incident_in_any_order() -> None:
    records = set()
    for order in permutations(range(4)):
        world = DyingWorld()
        at = world.clock()
        notices = [
            a_notice(at, Kind.REBALANCE, key="r"),
            a_notice(at),
            a_notice(at, Kind.LIFECYCLE, key="t", hook=HOOK),
            a_notice(at, Kind.STATE, key="s", action="shutting-down"),
        ]
        for number in order:
            world.announce(notices[number])
        record = world.record
        records.add((record.notices, record.hooks, record.ours, record.incident.deadline(at)))
    assert len(records) == 1


def test_a_late_warning_still_cordons_and_says_that_it_was_late() -> None:
    world = DyingWorld()
    notice = a_notice(world.clock())
    world.wait(minutes=5)
    world.announce(notice)
    assert world.node.unschedulable
    assert "the announcement came 180 s after its deadline" in world.lines


def test_two_writers_lose_nothing() -> None:
    world = DyingWorld()
    recommended = a_notice(world.clock(), Kind.REBALANCE, key="r")
    world.journal.meanwhile("write_incident", lambda: world.announce(recommended))
    world.warn()
    assert {notice.key for notice in world.record.notices} == {"r", "event-1"}


def test_a_foreign_instance_leaves_no_trace() -> None:
    world = DyingWorld()
    world.machines.all[INSTANCE] = a_machine(tags={})
    assert world.warn().outcome == "not ours"
    assert world.journal.all_incidents == {} and world.to_save.sent == [] and world.news.steps == []


def test_an_event_that_cannot_be_published_costs_nothing_but_the_event() -> None:
    world = DyingWorld()
    world.news.fail_next("interruption", TemporaryError("no"))
    world.nodes.fail_next("say", ClusterUnreachable("no"))
    assert world.warn().outcome == "act"
    assert world.to_save.sent


def test_a_queue_that_does_not_answer_lets_the_event_come_again() -> None:
    world = DyingWorld()
    notice = a_notice(world.clock())
    world.to_save.fail_next("send", TemporaryError("no"))
    with pytest.raises(TemporaryError):
        world.announce(notice)
    world.announce(notice)
    assert world.to_save.sent


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
    world.die(MachineState.STOPPED)
    for _ in range(8):
        world.wait(minutes=15)
        world.handler.tick()
    assert world.node.unschedulable and not world.record.closed_at
    world.machines.all[INSTANCE] = a_machine()
    world.announce(a_notice(world.clock(), Kind.STATE, key="run", action="running"))
    assert not world.node.unschedulable and world.record.closed_at


def test_a_death_whose_news_was_lost_is_found_by_looking() -> None:
    world = DyingWorld()
    world.warn()
    world.die()
    world.wait(minutes=15)
    world.handler.tick()
    assert [instance for instance, _ in world.to_release.sent] == [INSTANCE]
    assert world.record.closed_at is None


def test_trouble_with_one_incident_never_stops_the_others() -> None:
    world = DyingWorld()
    world.warn()
    world.machines.all["i-0other"] = a_machine("i-0other", private_dns="other")
    world.announce(a_notice(world.clock(), instance="i-0other", key="other"))
    world.wait(minutes=15)
    world.nodes.fail_next("open", ClusterUnreachable("the API did not answer"))
    outcomes = [handled.outcome for handled in world.handler.tick()]
    assert outcomes[0] == "failed" and outcomes[1] != "failed"
