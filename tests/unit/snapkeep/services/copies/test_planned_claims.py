"""The claims that a policy meant to back up."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain.errors import PermanentError
from snapkeep.services.copies.planned_claims import PlannedClaims
from tests.fakes.world import World, a_claim, a_policy
from tests.fakes.world_reads import SLOT

DAY = timedelta(days=1)


def test_claims_of_runs_that_fell_short_are_named_until_two_newer_runs_are_whole() -> None:
    world = World(a_claim("mysql"), a_claim("web"))
    asked = PlannedClaims(world.journal.runs, world.journal.points, world.clock)
    assert asked.claims("myeks", a_policy()) == set()
    world.ebs.fail_next("create", PermanentError("IncorrectState"))
    for day, named in enumerate((2, 2, 0)):
        world.back_up(SLOT + day * DAY)
        assert len(asked.claims("myeks", a_policy())) == named
