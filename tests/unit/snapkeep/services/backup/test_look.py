"""What a run would take of what it selected."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from snapkeep.domain.backup.runs import Run
from snapkeep.domain.backup.selection import select_for
from snapkeep.domain.points import Point
from snapkeep.domain.policies import Method, Policy
from snapkeep.ports.kubernetes import SnapshotSupport
from snapkeep.services.backup.look import RunPlan, plan_points, why_blocked
from tests.fakes.world import SLOT, World, a_claim, a_policy

NO_CRDS = SnapshotSupport(available=False, reason="the cluster has no VolumeSnapshot CRDs", installed=False)


def looked(world: World, policy: Policy) -> RunPlan:
    """What a run of the policy would take in the world's cluster."""
    run = Run("run", "myeks", policy.name, SLOT, SLOT)
    deployment = replace(world.deployment, policies=(policy,))
    cluster: Any = world.cluster
    return plan_points(run, policy, select_for(policy, deployment, world.cluster.claims()), cluster)


def taken(plan: RunPlan) -> list[tuple[str, Method]]:
    return [(point.claim.name, point.method) for point in plan.points]


def test_selected_claims_become_points_and_the_others_say_why_not() -> None:
    world = World(a_claim("data"), a_claim("cache", labels={"snapkeep.io/exclude": "true"}))
    plan = looked(world, a_policy())
    assert taken(plan) == [("data", Method.EBS)]
    assert [(item.subject, item.code) for item in plan.skipped] == [("shop/cache", "excluded")]


def test_without_snapshot_support_csi_points_are_blocked_or_fall_back_as_the_policy_says() -> None:
    world = World(a_claim("data"))
    world.cluster.support = NO_CRDS
    blocked = looked(world, a_policy(method=Method.CSI))
    (point,) = blocked.points
    assert why_blocked(point, blocked) == blocked.degraded == NO_CRDS.reason
    fallen_back = looked(world, a_policy(method=Method.CSI, csi_fallback=True))
    assert taken(fallen_back) == [("data", Method.EBS)]
    assert NO_CRDS.reason in fallen_back.points[0].method_reason


def test_members_of_a_group_have_one_lead_whatever_their_order() -> None:
    names = ("b", "a", "c")
    world = World(*(a_claim(name, labels={"app": "web"}) for name in names))
    points: list[Point] = list(looked(world, a_policy(group_label="app")).points)
    assert {point.lead for point in points} == {min(point.id for point in points)}
