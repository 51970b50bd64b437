"""Pods of a dying node: budgets are respected until the last moment, and whoever blocks is named."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain.errors import ClusterUnreachable, PermanentError, TemporaryError, Throttled
from snapkeep.domain.interruption.notices import Kind
from snapkeep.domain.interruption.rules import Draining, NodeRules, OnRebalance
from tests.fakes.dying import HOOK, INSTANCE, DyingWorld, a_notice

DRAINED = NodeRules(drain=Draining.ON)
BUDGET = "The disruption budget mysql needs 1 healthy pods and has 1 currently"


def blocked_world() -> DyingWorld:
    world = DyingWorld(DRAINED)
    world.nodes.budgets["mysql-0"] = BUDGET
    return world


def said(world: DyingWorld) -> dict[str, str]:
    """Reason by pod of the last Kubernetes Event about it."""
    return {said.name: said.reason for said in world.nodes.said if said.kind == "Pod"}


def test_each_pod_that_leaves_has_an_event_that_says_why() -> None:
    world = DyingWorld(DRAINED)
    world.warn()
    world.save()
    assert said(world) == dict.fromkeys(("mysql-0", "wordpress-0", "web"), "SnapkeepEvicted")


def test_what_a_budget_blocks_is_deleted_in_the_last_moment_and_not_before() -> None:
    world = blocked_world()
    world.warn()
    for _ in range(20):
        world.save()
        assert world.nodes.deleted == []
        world.wait(seconds=5)
    world.wait(seconds=5)
    report = world.save()
    assert report.forced == {"shop/mysql-0": BUDGET}
    assert world.nodes.deleted == ["shop/mysql-0"]
    assert "shop/mysql-0 was blocked until the last moment and is deleted" in world.lines
    assert said(world)["mysql-0"] == "SnapkeepDeleted"
    assert world.news.steps[-1].figures["PodsForced"] == 1


def test_a_look_is_due_in_the_last_moment() -> None:
    world = blocked_world()
    world.warn()
    while world.to_save.sent:
        (_, delay), *_ = world.to_save.sent
        world.wait(seconds=delay.total_seconds())
        world.save()
    assert world.nodes.deleted == ["shop/mysql-0"]


def test_nothing_is_forced_once_the_deadline_is_over() -> None:
    world = blocked_world()
    warning = a_notice(world.clock())
    world.wait(minutes=4)
    world.announce(warning)
    report = world.save()
    assert report.blocked == {"shop/mysql-0": BUDGET}
    assert world.nodes.deleted == []


def test_nothing_is_forced_for_a_recommendation_and_it_is_not_asked_for_ever() -> None:
    world = DyingWorld(NodeRules(drain=Draining.ON, rebalance=OnRebalance.DRAIN))
    world.nodes.budgets["mysql-0"] = BUDGET
    world.announce(a_notice(world.clock(), Kind.REBALANCE))
    world.save()
    assert world.to_save.sent == [(INSTANCE, timedelta(seconds=20))]
    world.wait(minutes=20)
    world.save()
    assert world.nodes.deleted == [] and world.to_save.sent == []


def test_what_blocks_a_hook_to_its_end_is_deleted_before_it() -> None:
    world = blocked_world()
    world.announce(a_notice(world.clock(), Kind.LIFECYCLE, hook=HOOK))
    world.wait(minutes=14)
    world.save()
    assert world.nodes.deleted == []
    world.wait(seconds=50)
    world.save()
    assert world.nodes.deleted == ["shop/mysql-0"]


@pytest.mark.parametrize(
    "error", [PermanentError("a webhook denied it"), Throttled("429"), TemporaryError("no answer")]
)
def test_trouble_with_one_pod_never_keeps_the_others(error: Exception) -> None:
    world = DyingWorld(DRAINED)
    world.nodes.fail_next("evict", error)
    world.warn()
    report = world.save()
    assert report.blocked == {"shop/mysql-0": str(error)}
    assert report.evicted == ["shop/wordpress-0", "shop/web"]
    assert world.to_save.sent == [(INSTANCE, timedelta(seconds=5))]


def test_an_api_that_does_not_answer_is_asked_once() -> None:
    world = DyingWorld(DRAINED)
    world.nodes.fail_next("evict", ClusterUnreachable("no answer"))
    world.warn()
    report = world.save()
    assert report.evicted == [] and list(report.blocked) == ["shop/mysql-0"]
    assert world.to_save.sent


def test_a_pod_whose_event_cannot_be_written_leaves_all_the_same() -> None:
    world = DyingWorld(DRAINED)
    world.warn()
    world.nodes.fail_next("record_event", *[ClusterUnreachable("no answer")] * 9)
    assert len(world.save().evicted) == 3
