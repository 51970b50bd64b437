"""Stories of incidents: one record whatever comes in which order, watched to its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from snapkeep.domain.errors import ClusterUnreachable, TemporaryError
from snapkeep.domain.interruption.instances import InstanceState
from snapkeep.domain.interruption.notices import HEALTH_LEAD, Kind
from snapkeep.domain.interruption.rules import NodeRules
from tests.fakes.dying import HOOK, INSTANCE, NODE, DyingWorld, a_node, a_notice, an_instance

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
    assert world.record.timeline[0].text == "spot notice: terminate"
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
    assert "the notice came 180 s after its deadline" in world.lines


def test_two_writers_lose_nothing() -> None:
    world = DyingWorld()
    recommended = a_notice(world.clock(), Kind.REBALANCE, key="r")
    world.journal.meanwhile("write_incident", lambda: world.announce(recommended))
    world.warn()
    assert {notice.key for notice in world.record.notices} == {"r", "event-1"}


def test_a_foreign_instance_leaves_no_trace() -> None:
    world = DyingWorld()
    world.instances.all[INSTANCE] = an_instance(tags={})
    assert world.warn().outcome == "not ours"
    assert world.journal.incidents.all == {} and world.to_save.sent == [] and world.news.steps == []


def release_the_dead(world: DyingWorld) -> None:
    """The machine ends, and its volumes are free."""
    world.instances.all[INSTANCE] = an_instance(state=InstanceState.TERMINATED, volumes=())
    world.attach_volumes("")
    world.release()
    world.release()
    assert world.record.closed_at


def an_announced_instance_without_a_node() -> DyingWorld:
    world = DyingWorld()
    del world.nodes.nodes[NODE]
    world.warn()
    return world


def test_volumes_of_an_instance_whose_node_is_gone_already_ring_when_it_is_over() -> None:
    world = an_announced_instance_without_a_node()
    assert world.to_save.sent and world.record.unsaved == ("vol-mysql", "vol-wordpress")
    world.save()
    release_the_dead(world)
    assert world.news.steps[-1].figures["VolumesMissed"] == 2


def test_disks_of_an_instance_that_never_was_a_node_ring_nobody() -> None:
    world = DyingWorld()
    del world.nodes.nodes[NODE]
    world.nodes.all_attachments, world.nodes.all_pods[NODE] = [], []
    world.instances.all[INSTANCE] = an_instance(volumes=("vol-containers",))
    world.warn()
    world.save()
    release_the_dead(world)
    figures = world.news.steps[-1].figures
    assert (figures["VolumesMissed"], figures["InterruptionsMissed"]) == (0, 0)


@pytest.mark.parametrize(("kind", "rings"), [(Kind.SPOT, True), (Kind.STATE, False)])
def test_an_interruption_that_is_heard_of_after_all_of_it_is_gone_rings(kind: Kind, rings: bool) -> None:
    world = DyingWorld()
    world.die()
    world.vanish()
    assert world.release().step == "done"
    action = "terminate" if kind is Kind.SPOT else "shutting-down"
    world.announce(a_notice(world.clock() - timedelta(minutes=3), kind, action=action))
    if not rings:
        assert world.journal.incidents.all == {}
        return
    world.save()
    world.release()
    assert "unknown whether it had data volumes" in world.news.steps[-1].reason and world.record.closed_at
    assert world.news.steps[-1].figures["VolumesMissed"] == 1


def test_an_announcement_that_comes_after_the_end_was_told_does_not_tell_it_again() -> None:
    world = DyingWorld()
    world.announce(a_notice(world.clock(), Kind.REBALANCE, key="r"))
    world.die()
    world.vanish()
    world.release(a_notice(world.clock(), Kind.STATE, key="dead", action="terminated"))
    world.warn()
    world.release()
    assert [news.figures["VolumesMissed"] for news in world.news.steps if news.step == "over"] == [2, 0]


def test_an_instance_without_node_and_volumes_leaves_no_trace() -> None:
    world = DyingWorld()
    del world.nodes.nodes[NODE]
    world.instances.all[INSTANCE] = an_instance(volumes=())
    assert world.warn().outcome == "not ours"
    assert world.journal.incidents.all == {} and world.to_save.sent == []


def test_an_event_that_cannot_be_published_costs_nothing_but_the_event() -> None:
    world = DyingWorld()
    world.news.fail_next("interruption", TemporaryError("no"))
    world.nodes.fail_next("record_event", ClusterUnreachable("no"))
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
    world.die(InstanceState.STOPPED)
    for _ in range(8):
        world.wait(minutes=15)
        world.handler.tick()
    assert world.node.unschedulable and not world.record.closed_at
    world.instances.all[INSTANCE] = an_instance()
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
    world.instances.all["i-0other"] = an_instance("i-0other", private_dns="other")
    world.announce(a_notice(world.clock(), instance="i-0other", key="other"))
    world.wait(minutes=15)
    world.nodes.fail_next("open", ClusterUnreachable("the API did not answer"))
    outcomes = [handled.outcome for handled in world.handler.tick()]
    assert outcomes[0] == "failed" and outcomes[1] != "failed"


def test_the_age_of_a_notice_is_told_whatever_its_kind() -> None:
    world = DyingWorld()
    late = a_notice(world.clock(), Kind.REBALANCE)
    world.wait(seconds=7)
    world.announce(late)
    assert world.news.steps[0].figures == {"Notices": 1, "NoticeAge": 7.0}


def test_a_clock_that_is_behind_makes_no_negative_ages() -> None:
    world = DyingWorld()
    early = a_notice(world.clock())
    world.wait(seconds=-3)
    world.announce(early)
    figures = world.news.steps[0].figures
    assert (figures["NoticeAge"], figures["SecondsToCordon"]) == (0.0, 0.0)
    assert world.node.unschedulable


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
    assert world.record.timeline[-1].left == 120.0
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


def test_a_copy_that_comes_after_the_end_leaves_no_cordon() -> None:
    world = DyingWorld()
    warning = a_notice(world.clock(), action="stop")
    world.announce(warning)
    world.wait(minutes=3)
    world.announce(a_notice(world.clock(), Kind.STATE, key="run", action="running"))
    world.wait(minutes=1)
    world.announce(warning)
    assert not world.node.unschedulable and world.record.closed_at


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


def test_a_tick_takes_no_new_snapshots_without_news() -> None:
    world = DyingWorld(NodeRules(uncordon_after=timedelta(hours=24)))
    world.announce(a_notice(world.clock(), Kind.REBALANCE))
    world.save()
    for _ in range(8):
        world.wait(minutes=15)
        world.handler.tick()
        world.save()
    assert len(world.backups.ebs.all) == 2


def test_a_lost_death_is_found_although_its_end_was_announced() -> None:
    world = DyingWorld()
    world.warn()
    world.announce(
        a_notice(world.clock() + timedelta(seconds=120), Kind.STATE, key="s", action="shutting-down")
    )
    world.wait(minutes=16)
    world.die()
    world.handler.tick()
    assert [instance for instance, _ in world.to_release.sent] == [INSTANCE]


def test_a_node_that_is_removed_before_its_machine_ends_is_no_false_alarm() -> None:
    world = DyingWorld()
    world.warn()
    del world.nodes.nodes[NODE]
    world.wait(minutes=1)
    world.announce(a_notice(world.clock(), Kind.STATE, key="s", action="shutting-down"))
    assert not world.record.closed_at
    assert "withdrawn" not in [news.step for news in world.news.steps]


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


def test_two_clusters_of_one_deployment_are_told_apart() -> None:
    world = DyingWorld()
    world.instances.all[INSTANCE] = an_instance(tags={"kubernetes.io/cluster/theirs": "owned"})
    assert world.warn().outcome == "not ours"
    world.instances.all[INSTANCE] = an_instance(
        tags={"eks:cluster-name": "myeks", "kubernetes.io/cluster/theirs": "owned"}
    )
    assert world.warn().cluster == "myeks"


@pytest.mark.parametrize("port", ["instance", "open", "find", "write"])
def test_whatever_does_not_answer_lets_the_event_come_again(port: str) -> None:
    world = DyingWorld()
    warning = a_notice(world.clock())
    asked = world.instances if port == "instance" else world.nodes
    asked.fail_next(port, ClusterUnreachable("no answer"))
    with pytest.raises(ClusterUnreachable):
        world.announce(warning)
    world.announce(warning)
    assert world.node.unschedulable and world.to_save.sent


def test_what_nobody_foresaw_in_one_incident_stops_no_other() -> None:
    world = DyingWorld()
    world.warn()
    other = a_notice(world.clock(), instance="i-other")
    world.journal.incidents.write_incident(
        replace(world.record, instance="i-other", notices=(other,), revision=0)
    )
    world.wait(minutes=16)
    world.instances.fail_next("instance", KeyError("State"))
    handled = world.handler.tick()
    assert sorted(each.outcome == "failed" for each in handled) == [False, True]
    assert world.news.given_up == [("handle_interruption", 1)]


def test_an_incident_that_cannot_be_read_is_counted_and_stops_no_other() -> None:
    world = DyingWorld()
    for _ in range(4):
        world.journal.unreadable.names = ["INCIDENT#i-2 INCIDENT"]
        world.handler.tick()
        world.clock.forward(minutes=15)
    assert world.news.given_up == [("handle_interruption", 1)] * 4
    assert world.news.rung() == ["record INCIDENT#i-2 INCIDENT"]
