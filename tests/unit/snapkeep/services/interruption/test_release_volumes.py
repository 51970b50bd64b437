"""Stories after death: volumes are free as soon as EC2 says so, not a moment before, and all traces go."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain.interruption.aftermath import OUT_OF_SERVICE
from snapkeep.domain.interruption.instances import InstanceState
from snapkeep.domain.interruption.nodes import Attachment, NodeChange
from snapkeep.domain.interruption.notices import Kind
from tests.fakes.dying import INSTANCE, NODE, DyingWorld, a_node, a_notice, an_instance


def terminated(world: DyingWorld) -> None:
    """The machine dies after its warning."""
    world.warn()
    world.wait(seconds=120)
    world.die()


def taints(world: DyingWorld) -> list[str]:
    return [taint.key for taint in world.node.taints]


@pytest.mark.parametrize("state", [InstanceState.RUNNING, InstanceState.STOPPED, InstanceState.STOPPING])
def test_a_machine_that_is_not_terminated_keeps_its_volumes(state: InstanceState) -> None:
    world = DyingWorld()
    world.warn()
    world.die(state)
    assert world.release().step == "hands off"
    assert taints(world) == [] and len(world.nodes.all_attachments) == 2
    assert world.to_release.sent == []


def test_a_death_that_ec2_shows_only_later_is_waited_for() -> None:
    for shown in (InstanceState.SHUTTING_DOWN, InstanceState.RUNNING):
        world = DyingWorld()
        world.warn()
        world.die(shown)
        world.release(a_notice(world.clock(), Kind.STATE, key="dead", action="terminated"))
        assert taints(world) == [] and world.to_release.sent == [(INSTANCE, timedelta(seconds=10))]
        world.die()
        assert world.release().step == "taint"


def test_a_dead_node_is_put_out_of_service_until_its_volumes_are_free_and_then_no_more() -> None:
    world = DyingWorld()
    terminated(world)
    death = a_notice(world.clock(), Kind.STATE, key="dead", action="terminated")
    assert world.release(death).step == "taint"
    assert taints(world) == [OUT_OF_SERVICE]
    assert world.to_release.sent == [(INSTANCE, timedelta(seconds=10))]
    world.wait(seconds=10)
    assert world.release().step == "wait"
    world.nodes.all_attachments, world.nodes.all_pods[NODE] = [], []
    world.wait(seconds=10)
    assert world.release().step == "untaint"
    assert taints(world) == [] and world.record.closed_at and world.to_release.sent == []
    assert world.news.steps[-1].figures == {
        "SecondsToRelease": 20.0,
        "InterruptionsMissed": 0,
        "VolumesMissed": 2,  # nobody saved it
    }


def test_volumes_that_ec2_still_holds_are_waited_for() -> None:
    world = DyingWorld()
    terminated(world)
    world.attach_volumes(INSTANCE)
    assert world.release().step == "wait"
    assert taints(world) == [] and world.to_release.sent


def test_without_a_node_object_what_is_left_of_it_is_removed() -> None:
    world = DyingWorld()
    terminated(world)
    del world.nodes.nodes[NODE]
    released = world.release()
    assert released.step == "detach"
    assert world.nodes.all_attachments == []
    assert set(released.pods) == {"shop/web", "shop/mysql-0", "shop/wordpress-0", "shop/agent"}
    assert world.release().step == "done"
    assert world.record.closed_at


def test_an_attachment_that_the_driver_has_not_noted_yet_goes_only_if_it_is_on_that_node() -> None:
    world = DyingWorld()
    terminated(world)
    others = Attachment("csi-others", "uid-others", "pv-others", "other")
    world.nodes.all_attachments = [Attachment("csi-a", "uid-a", "pv-a", NODE), others]
    world.nodes.all_pods[NODE] = []
    assert world.release().step == "taint"
    del world.nodes.nodes[NODE]
    assert world.release().attachments == ("csi-a",)
    assert world.nodes.all_attachments == [others]


def test_a_new_node_of_the_same_name_is_left_alone() -> None:
    world = DyingWorld()
    terminated(world)
    world.nodes.nodes[NODE] = a_node(instance="i-0fresh")
    fresh = [Attachment("csi-fresh", "uid-fresh", "pv-fresh", NODE, "i-0fresh")]
    fresh.append(Attachment("csi-newest", "uid-newest", "pv-newest", NODE))  # the driver has not noted it yet
    world.nodes.all_attachments += fresh
    assert world.release().step == "detach"
    assert world.nodes.all_attachments == fresh
    assert world.nodes.deleted == [] and taints(world) == []


def test_a_death_nobody_warned_of_is_handled_by_its_tags() -> None:
    world = DyingWorld()
    world.die()
    assert world.release().step == "taint"
    assert world.record.cluster == "myeks"
    world.nodes.all_attachments, world.nodes.all_pods[NODE] = [], []
    assert world.release().step == "untaint"
    assert world.news.steps[-1].figures["InterruptionsMissed"] == 1


def test_a_foreign_machine_is_left() -> None:
    world = DyingWorld()
    world.instances.all[INSTANCE] = an_instance(state=InstanceState.TERMINATED, tags={})
    assert world.release().step == "not ours"
    assert world.journal.incidents.all == {}


def test_a_foreign_machine_costs_one_call() -> None:
    world = DyingWorld()
    world.instances.all[INSTANCE] = an_instance(state=InstanceState.TERMINATED, tags={})
    for port in (world.journal, world.nodes):
        for call in ("incident", "open"):
            port.fail_next(call, AssertionError("nobody asks for a foreign machine"))
    assert world.release().step == "not ours"


def test_what_is_waited_for_is_published_once() -> None:
    world = DyingWorld()
    terminated(world)
    del world.nodes.nodes[NODE]
    stuck = list(world.nodes.all_attachments)
    for _ in range(5):
        world.release()
        world.nodes.all_attachments, world.nodes.all_pods[NODE] = list(stuck), []
        world.wait(seconds=10)
    assert [news.step for news in world.news.steps].count("released") == 2  # with its pods, and without
    world.nodes.all_attachments = []
    world.release()
    world.release()
    assert [news.step for news in world.news.steps].count("over") == 1


def test_a_dead_machine_without_volumes_makes_no_incident() -> None:
    world = DyingWorld()
    world.die()
    world.nodes.all_attachments, world.nodes.all_pods[NODE] = [], []
    assert world.release().step == "done"
    assert world.journal.incidents.all == {}


def test_who_changes_the_node_meanwhile_is_not_overwritten() -> None:
    world = DyingWorld()
    terminated(world)
    world.nodes.rivals = [NodeChange(annotations={"theirs": "yes"})]
    assert world.release().again
    assert taints(world) == []
    world.release()
    assert taints(world) == [OUT_OF_SERVICE] and world.node.annotations["theirs"] == "yes"


def test_what_never_ends_is_given_up() -> None:
    world = DyingWorld()
    terminated(world)
    world.release(a_notice(world.clock(), Kind.STATE, key="dead", action="terminated"))
    world.wait(minutes=31)
    assert not world.release().again
    assert world.to_release.sent == []


def test_a_copy_of_the_news_changes_nothing() -> None:
    world = DyingWorld()
    terminated(world)
    world.release()
    before = replace(world.record)
    world.release()
    world.release()
    assert world.record.timeline[: len(before.timeline)] == before.timeline
    assert len(world.node.taints) == 1
