"""What pruners promise: the one that calls prune in this process, and the one that invokes its function."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.adapters.aws.lambda_pruner import LambdaPruner
from snapkeep.inbound.prune import prune_request
from snapkeep.ports.messaging import Pruner
from snapkeep.wiring import runtime
from tests.fakes.world import SLOT, World, a_claim, a_policy
from tests.fakes.world_pruner import WorldPruner


class Lambda:
    """A Lambda whose function is the prune of a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def invoke(self, *, Payload: bytes, **_: Any) -> dict[str, Any]:
        asked = prune_request(json.loads(Payload))
        report = self._world.prune(cluster=asked.cluster, dry_run=asked.dry_run, confirm=asked.confirm)
        return {"Payload": io.BytesIO(json.dumps(runtime.log_report({"clusters": [report]})).encode())}


@pytest.fixture
def world() -> World:
    """A world whose prune the brake refuses: five of six points at once."""
    world = World(a_claim("data"), policy=a_policy(retention={"last": 1}))
    for hour in range(6):
        world.back_up(SLOT + timedelta(hours=hour))
    return world


@pytest.fixture(params=["world", "lambda"])
def pruner(request: pytest.FixtureRequest, world: World) -> Pruner:
    function: Any = Lambda(world)
    return WorldPruner(world) if request.param == "world" else LambdaPruner(function, "prune")


def test_a_rehearsal_returns_the_plan_and_deletes_nothing(pruner: Pruner, world: World) -> None:
    plan = pruner.rehearse("myeks")
    assert (plan.cluster, plan.deleting, plan.keeping, plan.refused) == ("myeks", 0, 6, "")
    (refusal,) = plan.refusals
    assert (refusal.token, refusal.count, len(refusal.names)) == (world.token(), 5, 5)
    assert len(list(world.ebs.find({}))) == 6


def test_a_prune_with_its_token_deletes_what_was_refused(pruner: Pruner, world: World) -> None:
    (refusal,) = pruner.rehearse("myeks").refusals
    pruner.prune("myeks", refusal.token)
    assert len(list(world.ebs.find({}))) == 1
