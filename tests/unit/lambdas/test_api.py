"""api: an event of API Gateway is answered in its shape."""

from __future__ import annotations

import json

import pytest

from lambdas.api import handler
from tests.fakes.answers import MemoryAnswers
from tests.fakes.world import World
from tests.unit.lambdas.conftest import Context, Load


@pytest.fixture
def wired(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The handler over the world."""
    monkeypatch.setattr(handler, "answers", lambda _: MemoryAnswers())
    handler._app.cache_clear()
    return world


def test_clusters_are_listed(wired: World, sample: Load, context: Context) -> None:
    answer = handler.handle(sample("api/list_clusters"), context)
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["clusters"][0]["name"] == "myeks"


def test_a_restore_without_a_cluster_of_ours_is_a_problem(
    wired: World, sample: Load, context: Context
) -> None:
    answer = handler.handle(sample("api/restore"), context)
    assert answer["statusCode"] == 404
    assert answer["multiValueHeaders"]["Content-Type"] == ["application/problem+json"]
    assert json.loads(answer["body"])["code"] == "not_found"
