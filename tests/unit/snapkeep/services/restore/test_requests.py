"""Restores as people request them; inbound/api/test_restores.py covers the API."""

from __future__ import annotations

import pytest

from snapkeep.domain import tags
from snapkeep.domain.errors import NotFound, PermanentError
from snapkeep.domain.restore.operations import Stage
from snapkeep.domain.restore.progress import RestoreState
from snapkeep.wiring.api import request_restores
from snapkeep.wiring.restore import finish_restores
from tests.fakes.restore_samples import a_restore
from tests.fakes.world import SLOT, World, a_claim


@pytest.fixture
def world() -> World:
    """A world with one recovery point."""
    world = World(a_claim("data"))
    world.back_up(SLOT)
    return world


def begun(world: World, number: int = 1) -> str:
    """A restore that was journaled before its function died."""
    snapshot = next(iter(world.ebs.all))
    restore = a_restore(number, snapshot_id=snapshot, accepted_at=world.clock())
    return world.journal.restores.add_restore(restore).id


def test_a_restore_that_was_begun_goes_on(world: World) -> None:
    restores = request_restores(world.ports())
    resumed = restores.resume(begun(world))

    assert resumed is not None and resumed.stage is Stage.CREATED
    assert (resumed.namespace, resumed.target) in world.cluster.restored
    assert restores.resume("0123456789abcdef") is None


def test_a_restore_into_a_cluster_that_is_gone_still_has_a_status(world: World) -> None:
    restores = request_restores(world.ports())
    restore = restores.resume(begun(world))
    assert restore is not None
    world.clusters.fail_next("open", PermanentError("cluster myeks is gone"))

    found, seen = restores.status(restore.cluster, restore.namespace, restore.id)
    assert found == restore
    assert seen.state is RestoreState.REMOVED


def test_a_page_after_a_restore_of_another_namespace_is_refused(world: World) -> None:
    restore = world.journal.restores.add_restore(a_restore(1, namespace="other"))
    with pytest.raises(NotFound, match="list from the start"):
        request_restores(world.ports()).page("myeks", "shop", 10, restore.id)


def archived(world: World) -> str:
    """A restore whose point is still in the archive tier."""
    snapshot = next(iter(world.ebs.all))
    restore = a_restore(snapshot_id=snapshot, stage=Stage.BRINGING_BACK, archived=True)
    return world.journal.restores.add_restore(restore).id


def test_a_restore_is_cancelled_while_its_point_comes_back(world: World) -> None:
    restores, restore = request_restores(world.ports()), archived(world)
    restores.resume(restore)
    assert restores.cancel("myeks", "shop", restore, "ann").stage is Stage.REMOVED
    found, seen = restores.status("myeks", "shop", restore)
    assert seen.text == "cancelled by ann while its recovery point came back from the archive tier"
    assert restores.cancel("myeks", "shop", restore, "bob") == found, "once is enough"
    assert finish_restores(world.ports()).run().finished == [restore]
    assert tags.HOLD not in world.ebs.all[found.snapshot_id].tags


def test_a_restore_that_creates_its_claim_is_cancelled_by_deleting_that(world: World) -> None:
    restores = request_restores(world.ports())
    restore = restores.resume(begun(world))
    assert restore
    with pytest.raises(PermanentError, match="kubectl delete pvc data-restored -n shop ends it"):
        restores.cancel("myeks", "shop", restore.id, "ann")
    with pytest.raises(NotFound, match="has no restore"):
        restores.cancel("myeks", "other", restore.id, "ann")
