"""Worlds with points that retention does not keep."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from snapkeep.domain import tags
from tests.fakes.world import SLOT, World, a_claim, a_policy, names

EVERY = timedelta(hours=6)


def a_world(
    backups: int, *, prune_first: bool = True, wrap: Callable[[Any], Any] = lambda port: port, **policy: Any
) -> World:
    """Six-hourly points of one claim; unless told otherwise the first three were pruned already."""
    world = World(a_claim("mysql"), policy=a_policy(**policy), wrap=wrap)
    for number in range(backups):
        world.back_up(SLOT + number * EVERY)
        if prune_first and number == 2:
            world.prune()
    return world


def listed(world: World) -> list[str]:
    return names(world.ebs.all.values())


def gone_world(others: int = 5) -> World:
    """Claims with four points each, of which one is deleted now; `after_claim_deleted` is a week."""
    claims = [a_claim(name) for name in ("gone", *(f"c{number}" for number in range(others)))]
    retention = {"last": 4, "after_claim_deleted": "7d"}
    world = World(*claims, policy=a_policy(retention=retention))
    for number in range(4):
        world.back_up(SLOT + number * EVERY)
        world.prune()
    world.cluster.claim_list.pop(0)
    return world


def of_gone(world: World) -> list[str]:
    return names(item for item in world.ebs.all.values() if item.tags[tags.CLAIM] == "gone")
