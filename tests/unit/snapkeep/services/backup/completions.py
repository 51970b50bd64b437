"""Points that were taken and wait for what EC2 says of their snapshots."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain.policies import Method
from tests.fakes.world import World, a_claim, a_policy


def taken(method: Method = Method.EBS, **given: timedelta) -> World:
    world = World(a_claim("mysql"), policy=a_policy(method=method), **given)
    world.backup()
    world.work()
    return world


def only(world: World) -> str:
    (snapshot_id,) = world.ebs.all
    return snapshot_id
