"""A scope of copies: a name that no cluster has, and the policies of its rules."""

from __future__ import annotations

from dataclasses import replace

from snapkeep.domain.messages import PruneRequest
from tests.fakes.copying import CopyWorld


def test_its_name_policies_and_freeze() -> None:
    world = CopyWorld("mysql")
    other = replace(world.policy, name="uncopied", copies=())
    world.deployment = replace(world.deployment, policies=(world.policy, other))
    world.build()
    (scope,) = world.copy_pruner.scopes(PruneRequest())
    assert scope.name == "myeks@osaka"
    assert set(scope.policies) == {"nightly", "on-demand", "interruption"}
    assert scope.why_frozen() == ""
    world.clusters.clusters.clear()
    world.prune()
    assert "EKS" in scope.why_frozen()
    assert scope.begin().deleter is not None
