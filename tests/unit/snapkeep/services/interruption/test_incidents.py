"""Stories of incidents: one record whatever comes in which order, watched to its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from snapkeep.domain.errors import ClusterUnreachable, TemporaryError
from snapkeep.domain.interruption.notices import Kind
from snapkeep.domain.interruption.rules import NodeRules
from tests.fakes.dying import HOOK, INSTANCE, DyingWorld, a_notice, an_instance


def test_a_warning_cordons_journals_and_sends_the_node_to_be_saved() -> None:
    world = DyingWorld()
    notice = a_notice(world.clock())
    world.wait(seconds=2)
    handled = world.announce(notice)
    assert (handled.outcome, handled.seconds_to_cordon) == ("act", 2.0)
    assert [instance for instance, _ in world.to_save.sent] == [INSTANCE]
    assert world.record.ours and world.record.cordoned_at == world.clock()
    assert [moment.seconds_left for moment in world.record.timeline] == [118.0, 118.0]
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


def test_a_tick_takes_no_new_snapshots_without_news() -> None:
    world = DyingWorld(NodeRules(uncordon_after=timedelta(hours=24)))
    world.announce(a_notice(world.clock(), Kind.REBALANCE))
    world.save()
    for _ in range(8):
        world.wait(minutes=15)
        world.handler.tick()
        world.save()
    assert len(world.backups.ebs.all) == 2


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
