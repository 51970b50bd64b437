"""Handlers on fakes: their settings in the environment, their services over one small world."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from snapkeep import settings
from snapkeep.domain.interruption.rules import Draining, NodeRules
from snapkeep.wiring import aws, backup, cordon
from tests.fakes.dying import DyingWorld
from tests.fakes.world import World, a_claim, a_policy

EVENTS = Path(__file__).parents[3] / "events"

Load = Callable[[str], Any]


@dataclass(frozen=True)
class Context:
    """What Lambda tells a handler of its invocation."""

    aws_request_id: str = "11111111-2222-3333-4444-555555555555"
    function_name: str = "snapkeep-function"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:ap-northeast-2:123456789012:function:snapkeep-function"

    def get_remaining_time_in_millis(self) -> int:
        return 20_000


@pytest.fixture
def context() -> Context:
    """One invocation."""
    return Context()


@pytest.fixture
def sample() -> Load:
    """Reads `events/<case>.json`."""
    return lambda case: json.loads((EVENTS / f"{case}.json").read_text())


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Two claims under the policy `daily`, and every handler wired to its services."""
    world = World(a_claim("ebs-claim"), a_claim("other-claim"), policy=a_policy("daily"))
    monkeypatch.setattr(aws, "ports", lambda _: world.ports())
    monkeypatch.setattr(backup, "check_slot", lambda _: world.slot_check)
    for kind in settings.Settings.__subclasses__():
        for variable in kind.from_environment(_Any()).to_environment():
            monkeypatch.setenv(variable, f"https://example.test/{variable}")
    return world


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> DyingWorld:
    """A node about to die, and the handlers wired to what looks after it."""
    world = DyingWorld(NodeRules(drain=Draining.ON))
    monkeypatch.setattr(cordon, "cordon_node", lambda: world.cordoner)
    monkeypatch.setattr(cordon, "incidents", lambda _: world.handler)
    monkeypatch.setattr(aws, "ports", lambda _: world.ports)
    for kind in settings.Settings.__subclasses__():
        for variable in kind.from_environment(_Any()).to_environment():
            monkeypatch.setenv(variable, f"https://example.test/{variable}")
    return world


class _Any(dict[str, str]):
    """An environment that has everything."""

    def __contains__(self, name: object) -> bool:
        return True

    def __getitem__(self, name: str) -> str:
        return name


def in_queue(*bodies: Any) -> dict[str, Any]:
    """An SQS batch as Lambda gets it, a message for each body."""
    return {
        "Records": [
            {
                "messageId": f"message-{number}",
                "receiptHandle": "handle",
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": {},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
            }
            for number, body in enumerate(bodies, 1)
        ]
    }
