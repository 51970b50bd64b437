"""Copies of a cluster that left the config stay in the places that it still names."""

from __future__ import annotations

from dataclasses import replace

from snapkeep.domain.policies import Cluster
from snapkeep.domain.troubles import TroubleKind
from tests.fakes.copying import CopyWorld


def test_copies_of_a_cluster_that_left_are_counted_at_once_and_weekly_until_it_is_back() -> None:
    world = CopyWorld("mysql", "wordpress")
    world.live(minutes=15)
    before = world.deployment
    policy = replace(before.policies[0], clusters=("second",))
    world.deployment = replace(before, clusters=(Cluster("second", "ap-northeast-2"),), policies=(policy,))
    world.build()
    world.live(minutes=30)
    (told,) = world.told(TroubleKind.COPIES_LEFT)
    assert told.startswith("2 copies remain in osaka of cluster myeks, which the config no longer names")
    assert "Add myeks to the config again" in told
    world.wait(days=7)
    world.turn()
    assert len(world.told(TroubleKind.COPIES_LEFT)) == 2
    world.deployment = before
    world.build()
    for _ in range(2):
        world.wait(days=7)
        world.turn()
    assert len(world.told(TroubleKind.COPIES_LEFT)) == 2
