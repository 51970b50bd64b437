"""How an incident ends: whatever comes late, twice or never, the end is announced once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain.interruption.instances import InstanceState
from snapkeep.domain.interruption.notices import Kind
from tests.fakes.dying import INSTANCE, NODE, DyingWorld, a_notice, an_instance


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


def test_a_death_whose_news_was_lost_is_found_by_looking() -> None:
    world = DyingWorld()
    world.warn()
    world.die()
    world.wait(minutes=15)
    world.handler.tick()
    assert [instance for instance, _ in world.to_release.sent] == [INSTANCE]
    assert world.record.closed_at is None


def test_a_copy_that_comes_after_the_end_leaves_no_cordon() -> None:
    world = DyingWorld()
    warning = a_notice(world.clock(), action="stop")
    world.announce(warning)
    world.wait(minutes=3)
    world.announce(a_notice(world.clock(), Kind.STATE, key="run", action="running"))
    world.wait(minutes=1)
    world.announce(warning)
    assert not world.node.unschedulable and world.record.closed_at


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
