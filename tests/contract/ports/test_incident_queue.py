"""What queues of incidents promise: the one in memory and SQS."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.adapters.aws.sqs import SqsIncidents
from snapkeep.ports.messaging import IncidentQueue
from tests.fakes.nodes import FakeIncidentQueue

World = tuple[IncidentQueue, Callable[[], list[str]]]


@pytest.fixture(params=["memory", "moto", pytest.param("sandbox", marks=pytest.mark.sandbox)])
def world(request: pytest.FixtureRequest) -> World:
    """The port, and what returns the instances whose incidents can be seen now."""
    if request.param == "memory":
        fake = FakeIncidentQueue()
        return fake, lambda: [instance for instance, delay in fake.sent if not delay]
    sqs: Any = request.getfixturevalue({"moto": "aws", "sandbox": "sandbox"}[request.param]).client("sqs")
    url = sqs.create_queue(QueueName=f"incidents-{uuid.uuid4().hex}")["QueueUrl"]

    def seen() -> list[str]:
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        return [json.loads(message["Body"])["instance"] for message in answer.get("Messages", [])]

    return SqsIncidents(sqs, url), seen


def test_incidents_arrive_by_their_instances(world: World) -> None:
    queue, seen = world
    queue.send("i-1")
    queue.send("i-2")
    assert sorted(seen()) == ["i-1", "i-2"]


def test_a_delayed_incident_is_not_seen_yet(world: World) -> None:
    queue, seen = world
    queue.send("i-1", timedelta(minutes=15))
    assert seen() == []


def test_a_delay_longer_than_a_queue_can_hold_is_cut(world: World) -> None:
    queue, seen = world
    queue.send("i-1", timedelta(hours=2))
    assert seen() == []


def test_a_delay_that_is_over_is_none(world: World) -> None:
    queue, seen = world
    queue.send("i-1", -timedelta(minutes=1))
    assert seen() == ["i-1"]
