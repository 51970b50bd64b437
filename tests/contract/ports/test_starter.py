"""What starters promise: the one in memory, and the one that invokes plan_backup."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from snapkeep.adapters.aws.lambda_starter import LambdaStarter
from snapkeep.inbound.schedules import backup_request
from snapkeep.ports.messaging import Starter
from tests.contract.ports.samples import SLOT
from tests.fakes import FakeStarter

Started = list[tuple[str, str, datetime]]


class Lambda:
    """A Lambda whose function reads its messages."""

    def __init__(self) -> None:
        self.started: Started = []

    def invoke(self, *, Payload: bytes, **_: Any) -> dict[str, Any]:
        request = backup_request(json.loads(Payload))
        self.started.append((request.cluster, request.policy, request.slot))
        return {"StatusCode": 202}


@pytest.fixture(params=["memory", "lambda"])
def world(request: pytest.FixtureRequest) -> tuple[Starter, Callable[[], Started]]:
    """The port, and the runs that were started through it."""
    if request.param == "memory":
        fake = FakeStarter()
        return fake, lambda: fake.started
    function: Any = Lambda()
    return LambdaStarter(function, "plan_backup", "reconcile"), lambda: function.started


def test_every_start_arrives_in_order_with_its_slot(world: tuple[Starter, Callable[[], Started]]) -> None:
    starter, started = world
    in_seoul = SLOT.astimezone(timezone(timedelta(hours=9)))
    starter.start_run("myeks", "daily", SLOT)
    starter.start_run("other", "hourly", in_seoul)
    starter.start_run("myeks", "daily", SLOT)
    assert started() == [("myeks", "daily", SLOT), ("other", "hourly", SLOT), ("myeks", "daily", SLOT)]
