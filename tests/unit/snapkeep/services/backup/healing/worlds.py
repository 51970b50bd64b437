"""Worlds with backups that were taken and wait to be healed."""

from __future__ import annotations

from snapkeep.domain.policies import Method
from tests.fakes.world import World, a_claim, a_policy


def taken(*names: str, method: Method = Method.EBS, csi_fallback: bool = False) -> World:
    world = World(
        *[a_claim(name) for name in names], policy=a_policy(method=method, csi_fallback=csi_fallback)
    )
    world.backup()
    world.work()
    return world


def healed(world: World) -> dict[str, int]:
    """What one reconcile did for the usual run."""
    run = world.the_run()
    assert run is not None
    return world.reconcile().healed.get(run.id, {})


def cut_by_driver(world: World) -> str:
    world.cluster.run_driver(world.ebs)
    (snapshot_id,) = world.ebs.all
    return snapshot_id
