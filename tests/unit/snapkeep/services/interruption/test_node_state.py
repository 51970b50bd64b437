"""What is on a node: Kubernetes knows what EC2 does not show yet, or any more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain.interruption.instances import InstanceState
from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep.services.interruption.node_state import LookAtNode
from tests.fakes.dying import INSTANCE, NODE, DyingWorld, an_instance

RECORD = IncidentRecord(INSTANCE, "myeks", NODE)


def eyes(world: DyingWorld) -> LookAtNode:
    return LookAtNode(world.deployment, world.instances, world.nodes)


@pytest.mark.parametrize("shown", [(), ("vol-mysql",), ("vol-mysql", "vol-wordpress")])
@pytest.mark.parametrize("has_pods", [True, False])
def test_what_kubernetes_has_attached_is_on_the_node_whatever_ec2_shows(
    shown: tuple[str, ...], has_pods: bool
) -> None:
    world = DyingWorld()
    world.instances.all[INSTANCE] = an_instance(volumes=shown)
    if not has_pods:
        world.nodes.all_pods[NODE] = []
    scene = eyes(world).look(RECORD)
    assert scene is not None
    assert sorted(scene.volumes) == ["vol-mysql", "vol-wordpress"]
    assert [claim.name for claim in scene.claims] == ["mysql", "wordpress"]


def test_a_claim_whose_volume_is_on_another_node_is_not_on_this_one() -> None:
    world = DyingWorld()
    world.instances.all[INSTANCE] = an_instance(volumes=("vol-mysql",))
    elsewhere = replace(world.nodes.all_attachments[1], node="other", instance="i-0other")
    world.nodes.all_attachments[1] = elsewhere
    scene = eyes(world).look(RECORD)
    assert scene is not None and list(scene.volumes) == ["vol-mysql"]


def test_without_an_instance_or_a_node_there_is_nothing_to_look_at() -> None:
    world = DyingWorld()
    del world.nodes.nodes[NODE]
    assert eyes(world).look(RECORD) is None
    world.instances.all.clear()
    assert eyes(world).look(RECORD) is None


def test_a_node_that_is_gone_left_what_is_attached_to_its_instance() -> None:
    world = DyingWorld()
    del world.nodes.nodes[NODE]
    assert eyes(world).left_behind(RECORD) == ("vol-mysql", "vol-wordpress")


@pytest.mark.parametrize(
    ("state", "left"), [(InstanceState.RUNNING, ()), (InstanceState.TERMINATED, None), (None, None)]
)
def test_that_nothing_is_attached_says_nothing_once_the_machine_is_dead(
    state: InstanceState | None, left: tuple[str, ...] | None
) -> None:
    world = DyingWorld()
    world.nodes.all_attachments = []
    world.instances.all = {} if state is None else {INSTANCE: an_instance(state=state)}
    assert eyes(world).left_behind(RECORD) == left
