"""How a point is taken when its policy is not in the config: its run's wish says it."""

from __future__ import annotations

from dataclasses import replace

from snapkeep.domain.backup.on_demand import OnDemandRequest
from snapkeep.domain.backup.runs import Run
from snapkeep.domain.policies import ON_DEMAND, Method
from snapkeep.services.backup.taking.point_spec import spec_of_point
from tests.fakes.world import SLOT, World, a_claim


def test_points_of_a_schedule_have_their_policy_and_those_of_a_wish_what_it_says() -> None:
    world = World(a_claim("data"))
    world.backup()
    point = world.point("data")
    assert spec_of_point(point, world.deployment, world.journal.runs) == world.policy

    wished = replace(point, policy=ON_DEMAND, run="myeks.on-demand.x")
    assert spec_of_point(wished, world.deployment, world.journal.runs) is None
    run = Run(
        wished.run,
        "myeks",
        ON_DEMAND,
        SLOT,
        SLOT,
        request=OnDemandRequest(policy="nightly", method=Method.CSI),
    )
    world.journal.requests.accept_run(run, "one")
    found = spec_of_point(wished, world.deployment, world.journal.runs)
    assert found == replace(world.policy, method=Method.CSI)
