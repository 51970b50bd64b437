"""The first seconds: cordoned with two Kubernetes calls, whoever else writes on the node meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.interruption.instances import InstanceState
from snapkeep.domain.interruption.nodes import NodeChange, Taint
from snapkeep.domain.interruption.notices import Kind
from snapkeep.domain.interruption.rules import NodeRules
from snapkeep.domain.object_labels import CORDON
from tests.fakes.dying import INSTANCE, NODE, DyingWorld, a_node, a_notice, an_instance

TAINT = Taint("karpenter.sh/disrupted", "", "NoSchedule")


def test_a_warned_node_is_cordoned_by_a_read_and_a_write() -> None:
    world = DyingWorld()
    seen = world.look(a_notice(world.clock()))
    assert world.node.unschedulable and CORDON in world.node.annotations
    assert seen.cordoned_at == world.clock()
    assert world.nodes.calls == ["find", "write"]


def test_who_writes_at_the_same_moment_keeps_what_they_wrote() -> None:
    world = DyingWorld()
    world.nodes.rivals = [NodeChange(taints=(TAINT,)), NodeChange(annotations={"theirs": "yes"})]
    world.look(a_notice(world.clock()))
    assert world.node.unschedulable
    assert world.node.taints == (TAINT,)
    assert world.node.annotations["theirs"] == "yes"


def test_a_node_that_never_holds_still_is_tried_again_later() -> None:
    world = DyingWorld()
    world.nodes.rivals = [NodeChange(annotations={"theirs": str(number)}) for number in range(9)]
    with pytest.raises(TemporaryError, match="changed 5 times"):
        world.look(a_notice(world.clock()))


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({}, "no tag of i-0123456789abcdef0 names a cluster"),
        ({"eks:cluster-name": "elsewhere"}, "snapkeep.yaml names no cluster elsewhere"),
    ],
)
def test_a_foreign_instance_costs_one_call(tags: dict[str, str], reason: str) -> None:
    world = DyingWorld()
    world.instances.all[INSTANCE] = an_instance(tags=tags)
    seen = world.look(a_notice(world.clock()))
    assert seen.cluster == "" and reason in seen.reason
    assert world.nodes.calls == []


def test_an_instance_that_ec2_forgot_is_nobody_s() -> None:
    world = DyingWorld()
    world.instances.all.clear()
    assert "EC2 knows no instance" in world.look(a_notice(world.clock())).reason


def test_a_tag_without_a_node_of_that_provider_id_is_only_a_hint() -> None:
    world = DyingWorld()
    world.nodes.nodes[NODE] = a_node(instance="i-0another")
    seen = world.look(a_notice(world.clock()))
    assert "no node with the providerID" in seen.reason
    assert not world.node.unschedulable


def test_a_terminated_machine_without_a_name_is_still_found() -> None:
    world = DyingWorld()
    world.instances.all[INSTANCE] = an_instance(private_dns="", state=InstanceState.SHUTTING_DOWN)
    world.look(a_notice(world.clock(), Kind.STATE, action="shutting-down"))
    assert world.node.unschedulable


def test_cordon_false_and_a_far_date_leave_the_node_alone() -> None:
    left = DyingWorld(NodeRules(cordon=False))
    left.look(a_notice(left.clock()))
    later = DyingWorld()
    later.look(a_notice(later.clock(), Kind.HEALTH, deadline=later.clock() + timedelta(days=9)))
    assert not left.node.unschedulable and not later.node.unschedulable


def test_that_a_machine_runs_costs_no_call_and_a_withdrawal_cordons_nothing() -> None:
    world = DyingWorld()
    world.look(a_notice(world.clock(), Kind.STATE, action="running"))
    assert world.nodes.calls == []
    world.look(a_notice(world.clock(), Kind.HEALTH, withdrawn=True))
    assert world.nodes.calls == ["find"]


def test_a_cordon_of_ours_is_lifted_and_one_of_a_person_is_not() -> None:
    world = DyingWorld()
    world.look(a_notice(world.clock()))
    world.cordoner.uncordon("myeks", INSTANCE, NODE)
    assert not world.node.unschedulable and CORDON not in world.node.annotations
    world.nodes.nodes[NODE] = a_node(unschedulable=True)
    world.cordoner.uncordon("myeks", INSTANCE, NODE)
    assert world.node.unschedulable
