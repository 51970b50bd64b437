"""finish_restores: a tick takes every open restore on, and the answer names it."""

from __future__ import annotations

from lambdas.finish_restores.handler import handle
from snapkeep.domain import tags
from tests.fakes.restore_samples import a_restore
from tests.fakes.world import World
from tests.unit.lambdas.conftest import Context, Load


def test_a_tick_cleans_up_behind_a_bound_claim(world: World, sample: Load, context: Context) -> None:
    world.back_up(world.clock())
    snapshot = next(iter(world.ebs.all))
    restore = world.restore.start(a_restore(snapshot_id=snapshot, accepted_at=world.clock()))
    assert handle(sample("finish_restores/tick"), context)["waiting"] == [restore.id]
    assert tags.HOLD in world.ebs.all[snapshot].tags
    world.cluster.bind_restored(restore.namespace, restore.target)
    assert handle(sample("finish_restores/tick"), context)["finished"] == [restore.id]
    assert tags.HOLD not in world.ebs.all[snapshot].tags
    assert world.cluster.imported_contents == {}
