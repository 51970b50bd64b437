"""A world with a 4Gi claim backed up, a place to restore to, and the API in front of it."""

from __future__ import annotations

import pytest

from tests.fakes.api import Api
from tests.fakes.preflight_samples import a_target
from tests.fakes.world import SLOT, World, a_claim


@pytest.fixture
def world() -> World:
    """shop/data of myeks has one ready recovery point."""
    world = World(a_claim("data"))
    world.cluster.namespaces["shop"] = "Active"
    world.cluster.namespaces["other"] = "Active"
    world.cluster.place = a_target()
    world.back_up(SLOT)
    return world


@pytest.fixture
def api(world: World) -> Api:
    """The API of the world."""
    return Api(world)


@pytest.fixture
def point(world: World) -> str:
    """The id of the recovery point."""
    return world.point("data").id
