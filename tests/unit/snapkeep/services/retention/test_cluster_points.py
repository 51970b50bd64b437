"""A cluster's points as a scope of prune: frozen without the cluster, and named as the cluster is."""

from __future__ import annotations

from snapkeep.domain.messages import PruneRequest
from tests.fakes.world import World, a_claim


def test_its_name_policies_and_freeze() -> None:
    world = World(a_claim("mysql"))
    (scope,) = world.pruner.scopes(PruneRequest())
    assert world.pruner.scopes(PruneRequest("another")) == []
    assert (scope.name, set(scope.policies)) == ("myeks", {"nightly"})
    assert scope.why_frozen() == "" and scope.begin().deleter is not None
    world.clusters.clusters.clear()
    assert scope.why_frozen() and scope.begin().deleter is None and scope.begin().frozen
