"""What triers promise: the one that tries in this process, and the one that invokes its function."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.adapters.aws.lambda_trier import LambdaTrier
from snapkeep.domain.report.trials import ChangedClaim, TrialRequest
from snapkeep.inbound.try_config import trial_request
from snapkeep.ports.messaging import ConfigTrier
from snapkeep.wiring import trials
from tests.fakes.world import SLOT, World, a_claim, a_policy
from tests.fakes.world_pruner import WorldTrier


class Lambda:
    """A Lambda whose function tries policies in a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def invoke(self, *, Payload: bytes, **_: Any) -> dict[str, Any]:
        trial = trials.try_config(self._world.ports()).run(trial_request(json.loads(Payload)))
        return {"Payload": io.BytesIO(json.dumps(trials.answer_of(trial)).encode())}


@pytest.fixture
def world() -> World:
    world = World(
        a_claim("data"), a_claim("ledger", namespace="bank"), policy=a_policy(retention={"last": 3})
    )
    for day in range(3):
        world.back_up(SLOT + timedelta(days=day))
    return world


@pytest.fixture(params=["world", "lambda"])
def trier(request: pytest.FixtureRequest, world: World) -> ConfigTrier:
    function: Any = Lambda(world)
    return WorldTrier(world) if request.param == "world" else LambdaTrier(function, "try_config")


def test_a_trial_is_of_the_policies_given_and_of_the_namespace(trier: ConfigTrier, world: World) -> None:
    edited = replace(world.policy, name="edited", retention={"last": 1}, exclusive=True)
    deployment = replace(world.deployment, policies=(edited, world.policy))
    whole = trier.try_config(TrialRequest("myeks", deployment))
    assert {(item.namespace, item.policy) for item in whole.taken} == {("bank", "edited"), ("shop", "edited")}
    assert (whole.keeping, whole.deletions) == (6, ())
    shop = trier.try_config(TrialRequest("myeks", deployment, "shop", ("edited",)))
    assert shop.changed == (ChangedClaim("shop/data", ("nightly",), ("edited",)),)
    assert shop.keeping == 3
