"""Stories of drains left to others: done in time, not done, told only, found twice, and cut off half way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.interruption.instances import InstanceState
from snapkeep.domain.interruption.notices import HEALTH_LEAD, Kind
from snapkeep.domain.interruption.rules import NodeRules, OnRebalance, Verify
from tests.fakes.dying import HOOK, INSTANCE, NODE, DyingWorld, a_notice, a_pod

MANAGED = {"eks.amazonaws.com/nodegroup": "spot"}
BUDGET = "The disruption budget mysql needs 1 healthy pods and has 1 currently"
UNDRAINED = "has not evicted shop/mysql-0, shop/wordpress-0, 40 s after the notice"


def managed_world(reaction: NodeRules | None = None, **changes: Any) -> DyingWorld:
    """A world whose spot node belongs to a managed node group."""
    world = DyingWorld(reaction, **changes)
    world.nodes.nodes[NODE] = replace(world.node, labels=MANAGED)
    return world


def warned(world: DyingWorld, seconds: float = 40) -> DyingWorld:
    """After the first look at a spot notice and so many seconds."""
    world.warn()
    world.save()
    world.wait(seconds=seconds)
    return world


def steps(world: DyingWorld) -> list[str]:
    return [news.step for news in world.news.steps]


def others_evict(world: DyingWorld, *names: str) -> None:
    pods = world.nodes.all_pods[NODE]
    world.nodes.all_pods[NODE] = [replace(pod, deleting=pod.deleting or pod.name in names) for pod in pods]


def test_the_first_look_evicts_nobody_and_asks_for_a_second_after_40_seconds() -> None:
    world = managed_world()
    world.warn()
    world.wait(seconds=2)
    report = world.save()
    assert world.nodes.evicted == [] and report.verify_in == 38
    assert world.to_save.sent == [(INSTANCE, timedelta(seconds=38))]


def test_where_nobody_drains_snapkeep_says_so_and_evicts_all_pods_against_the_deadline() -> None:
    world = warned(managed_world())
    report = world.save()
    assert report.undrained == ["shop/mysql-0", "shop/wordpress-0"]
    assert [pod for pod, _ in world.nodes.evicted] == ["shop/mysql-0", "shop/wordpress-0", "shop/web"]
    assert dict(world.nodes.evicted)["shop/mysql-0"] == 60
    assert f"the managed node group {UNDRAINED}; Snapkeep evicts" in world.lines
    assert steps(world) == ["act", "saved", "undrained", "drained"]
    assert [said.reason for said in world.nodes.said if said.kind == "Node"] == [
        "SnapkeepCordoned",
        "SnapkeepUndrained",
    ]


def test_where_somebody_drains_in_time_nobody_else_does() -> None:
    world = warned(managed_world())
    others_evict(world, "mysql-0", "wordpress-0")
    report = world.save()
    assert world.nodes.evicted == [] and report.undrained == [] and report.again is None
    assert "undrained" not in steps(world)
    assert "the managed node group has left no pod with a claim to evict" in world.lines


def test_a_node_with_pods_without_claims_only_is_left_alone() -> None:
    world = managed_world()
    world.nodes.all_pods[NODE] = [a_pod("web", owner="ReplicaSet")]
    warned(world).save()
    assert world.nodes.evicted == [] and "undrained" not in steps(world)


def test_tell_says_so_and_evicts_nobody_however_often_it_looks() -> None:
    world = warned(managed_world(NodeRules(verify=Verify.TELL)))
    for _ in range(3):
        world.save()
        world.wait(seconds=10)
    assert world.nodes.evicted == [] and world.nodes.deleted == []
    assert sum(UNDRAINED in line for line in world.lines) == 1
    assert steps(world).count("undrained") == 1


def test_a_second_message_says_and_evicts_nothing_twice() -> None:
    world = warned(managed_world())
    for _ in range(3):
        world.save()
    assert len(world.nodes.evicted) == 3
    assert steps(world).count("undrained") == 1 and steps(world).count("drained") == 1


def test_a_first_message_that_comes_twice_does_not_look_earlier() -> None:
    world = warned(managed_world(), seconds=20)
    world.save()
    assert world.nodes.evicted == [] and world.to_save.sent == [(INSTANCE, timedelta(seconds=20))]


def test_two_that_look_in_the_same_moment_tell_it_once() -> None:
    world = warned(managed_world())
    world.journal.meanwhile("write_incident", lambda: world.saver.run(INSTANCE, "other"))
    world.save()
    assert steps(world).count("undrained") == 1
    assert {pod for pod, _ in world.nodes.evicted} == {"shop/mysql-0", "shop/web", "shop/wordpress-0"}


def test_a_crash_between_the_look_and_the_evictions_is_gone_on_with() -> None:
    world = warned(managed_world())
    world.nodes.fail_next("evict", RuntimeError("the function is killed"))
    with pytest.raises(RuntimeError):
        world.save()
    world.wait(seconds=30)
    world.save()
    assert [pod for pod, _ in world.nodes.evicted] == ["shop/mysql-0", "shop/wordpress-0", "shop/web"]
    assert steps(world).count("undrained") == 1


def test_a_crash_after_the_pods_with_claims_left_still_evicts_the_others() -> None:
    world = warned(managed_world())
    world.nodes.budgets["web"] = BUDGET
    world.save()
    world.nodes.budgets.clear()
    world.wait(seconds=5)
    world.save()
    assert "shop/web" in dict(world.nodes.evicted)


def test_a_budget_that_blocks_is_tried_again_and_overruled_in_the_last_moment() -> None:
    world = warned(managed_world())
    world.nodes.budgets["mysql-0"] = BUDGET
    report = world.save()
    assert report.blocked == {"shop/mysql-0": BUDGET}
    assert world.to_save.sent == [(INSTANCE, timedelta(seconds=5))]
    world.wait(seconds=68)
    assert world.save().forced == {"shop/mysql-0": BUDGET}


def test_a_budget_that_blocks_where_only_telling_is_asked_for_is_never_overruled() -> None:
    world = warned(managed_world(NodeRules(verify=Verify.TELL)), seconds=110)
    world.nodes.budgets["mysql-0"] = BUDGET
    world.save()
    assert world.nodes.deleted == []


def test_a_notice_that_comes_late_is_looked_at_at_once() -> None:
    world = managed_world()
    notice = a_notice(world.clock())
    world.wait(seconds=70)
    world.announce(notice)
    world.save()
    assert dict(world.nodes.evicted)["shop/mysql-0"] == 35  # what is left without the margin


@pytest.mark.parametrize("seconds", [120, 121, 600])
def test_after_the_deadline_nobody_is_evicted(seconds: float) -> None:
    world = warned(managed_world(), seconds=seconds)
    world.save()
    assert world.nodes.evicted == [] and world.nodes.deleted == [] and world.to_save.sent == []


def test_a_clock_behind_that_of_ec2_waits_no_longer_than_40_seconds() -> None:
    world = managed_world()
    world.announce(a_notice(world.clock() + timedelta(seconds=25)))
    assert world.save().verify_in == 40


def test_a_machine_that_goes_down_already_is_not_drained() -> None:
    world = warned(managed_world())
    world.die(InstanceState.SHUTTING_DOWN)
    world.save()
    assert world.nodes.evicted == []


def test_what_was_taken_back_in_the_meantime_is_not_drained() -> None:
    world = warned(managed_world(), seconds=30)
    world.announce(a_notice(world.clock(), Kind.STATE, key="run", action="running"))
    world.wait(seconds=10)
    world.save()
    assert world.nodes.evicted == [] and not world.node.unschedulable


@pytest.mark.parametrize("kind", [Kind.LIFECYCLE, Kind.CAPACITY])
def test_other_notices_are_told_and_never_drained(kind: Kind) -> None:
    world = managed_world()
    world.announce(a_notice(world.clock(), kind, action="terminate"))
    world.save()
    world.wait(seconds=40)
    world.save()
    assert world.nodes.evicted == [] and steps(world).count("undrained") == 1
    assert any("evicts nobody (it steps in after spot notices only)" in line for line in world.lines)


def test_a_scheduled_change_is_told_when_its_hour_has_come() -> None:
    world = managed_world()
    start = world.clock() + timedelta(days=7)
    world.announce(a_notice(world.clock(), Kind.HEALTH, action="RETIRE", deadline=start))
    world.clock.now = start - HEALTH_LEAD
    world.handler.tick()
    world.save()
    assert "undrained" not in steps(world)
    world.wait(seconds=40)
    world.save()
    assert world.nodes.evicted == [] and steps(world).count("undrained") == 1


def test_nobody_is_to_drain_for_a_recommendation_unless_the_rules_say_so() -> None:
    for rebalance, told in [(OnRebalance.CORDON, 0), (OnRebalance.DRAIN, 1)]:
        world = managed_world(NodeRules(rebalance=rebalance))
        world.announce(a_notice(world.clock(), Kind.REBALANCE, key="r"))
        world.wait(seconds=60)
        world.save()
        assert steps(world).count("undrained") == told
        assert world.nodes.evicted == []


def test_a_second_notice_for_a_machine_that_came_back_is_looked_at_anew() -> None:
    world = warned(managed_world())
    world.save()
    world.wait(hours=1)
    world.announce(a_notice(world.clock(), Kind.STATE, key="run", action="running"))
    world.nodes.all_pods[NODE] = [a_pod("mysql-0", "mysql")]
    world.nodes.evicted.clear()
    world.wait(minutes=1)
    world.announce(a_notice(world.clock(), key="event-2"))
    world.save()
    assert world.nodes.evicted == []
    world.wait(seconds=40)
    world.save()
    assert [pod for pod, _ in world.nodes.evicted] == ["shop/mysql-0"]


def test_a_lifecycle_hook_of_the_group_is_still_left_to_the_group() -> None:
    world = managed_world()
    world.announce(a_notice(world.clock(), Kind.LIFECYCLE, key="t", hook=HOOK))
    warned(world).save()
    assert world.nodes.evicted and world.hooks.completed == [] and world.hooks.beats == []


def test_an_event_or_news_that_cannot_be_written_never_stops_the_evictions() -> None:
    world = warned(managed_world())
    world.news.fail_next("interruption", TemporaryError("no bus"))
    world.nodes.fail_next("record_event", TemporaryError("no events"))
    world.save()
    assert len(world.nodes.evicted) == 3
