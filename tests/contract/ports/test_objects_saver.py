"""What asks for saved objects promises: the one in memory, and the one that invokes save_objects."""

from __future__ import annotations

import json
from typing import Any

import pytest

from snapkeep.adapters.aws.lambda_saver import LambdaObjectsSaver
from snapkeep.ports.messaging import ObjectsSaver
from tests.fakes.messaging import FakeObjectsSaver


class Lambda:
    """A Lambda whose function reads its messages as save_objects does."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> dict[str, Any]:
        assert (FunctionName, InvocationType) == ("save", "Event")
        self.asked.append(json.loads(Payload)["cluster"])
        return {"StatusCode": 202}


@pytest.fixture(params=["memory", "lambda"])
def saver(request: pytest.FixtureRequest) -> tuple[ObjectsSaver, list[str]]:
    """The port, and the clusters that were asked for through it."""
    if request.param == "memory":
        fake = FakeObjectsSaver()
        return fake, fake.asked
    function: Any = Lambda()
    return LambdaObjectsSaver(function, "save"), function.asked


def test_every_cluster_arrives_in_order(saver: tuple[ObjectsSaver, list[str]]) -> None:
    port, asked = saver
    for name in ("myeks", "other", "myeks"):
        port.save_objects(name)
    assert asked == ["myeks", "other", "myeks"]
