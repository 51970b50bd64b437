"""The command over the API over a world of fakes: what a person types is what a person gets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count

import pytest
from typer.testing import CliRunner

from snapkeep_cli.api import connection, waiting
from snapkeep_cli.api.client import ApiClient
from snapkeep_cli.api.transport import Answer
from snapkeep_cli.main import app
from tests.fakes.api import Api
from tests.fakes.preflight_samples import a_target
from tests.fakes.world import SLOT, World, a_claim

_COLOR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass
class FakeTransport:
    """Sends requests to the API in this process, and remembers them."""

    api: Api
    sent: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)

    def send(self, method: str, path: str, headers: Mapping[str, str], body: str) -> Answer:
        self.sent.append((method, path, headers))
        reply = self.api(method, path, body or None, headers.get("Idempotency-Key"))
        return Answer(reply.status, reply.headers, reply.text)


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass
class Command:
    """Types `snapkeep …`."""

    world: World
    transport: FakeTransport

    def __call__(self, *words: str) -> Ended:
        found = CliRunner().invoke(app, list(words), env={"COLUMNS": "200", "NO_COLOR": "1"})
        if found.exception and not isinstance(found.exception, SystemExit):
            raise found.exception
        return Ended(found.exit_code, _COLOR.sub("", found.stdout), _COLOR.sub("", found.stderr))


@pytest.fixture
def world() -> World:
    """shop/data of myeks has one ready recovery point."""
    world = World(a_claim("data"))
    world.cluster.namespaces |= {"shop": "Active", "other": "Active"}
    world.cluster.place = a_target()
    world.back_up(SLOT)
    return world


@pytest.fixture
def snapkeep(world: World, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command, connected to the world's API."""
    return connected(world, monkeypatch)


def connected(world: World, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command, connected to the API of this world."""
    transport = FakeTransport(Api(world))
    numbers = count(1)
    client = ApiClient(transport, lambda: f"key-{next(numbers)}")
    monkeypatch.setattr(connection, "connect", lambda *_: client)
    monkeypatch.setattr(waiting, "EVERY", waiting.EVERY * 0)
    return Command(world, transport)
