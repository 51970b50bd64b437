"""A suspicious point is accepted once; repeating that says who did it and why."""

from __future__ import annotations

import pytest

from snapkeep.domain.errors import NotFound, PermanentError
from snapkeep.domain.proof.shown import Acceptance
from snapkeep.wiring import proof
from tests.fakes.checking import ENCRYPTED, CheckedWorld
from tests.fakes.faults import Crash

WHY = "the app encrypts now"


@pytest.fixture
def world() -> CheckedWorld:
    """A world whose second point is suspicious."""
    world = CheckedWorld()
    world.back_up_night()
    world.looks.seen[world.back_up_night()] = ENCRYPTED
    world.check()
    return world


def accept(world: CheckedWorld, number: int, by: str, because: str) -> Acceptance:
    """Let somebody accept one of the points."""
    point = world.point(list(world.ebs.all)[number])
    return proof.accept_check(world.ports()).run("myeks", point, by, because)


def test_repeating_an_acceptance_says_who_accepted_first(world: CheckedWorld) -> None:
    assert accept(world, 1, "ann", WHY) == Acceptance("ann", WHY)
    assert accept(world, 1, "bob", f" {WHY}\n") == Acceptance("ann", WHY)


def test_another_reason_is_refused_with_the_one_that_counts(world: CheckedWorld) -> None:
    accept(world, 1, "ann", WHY)
    with pytest.raises(PermanentError, match=f"was accepted already, by ann: {WHY}"):
        accept(world, 1, "bob", "it looks good")
    assert world.check_of(list(world.ebs.all)[1]).because == WHY


def test_a_point_that_was_never_suspicious_is_not_accepted(world: CheckedWorld) -> None:
    with pytest.raises(NotFound, match=r"no check of myeks found .* suspicious: `snapkeep describe point"):
        accept(world, 0, "ann", WHY)


def test_a_suspicious_point_that_was_deleted_can_be_accepted(world: CheckedWorld) -> None:
    bad = list(world.ebs.all)[1]
    point = world.point(bad)
    del world.ebs.all[bad]
    accepter = proof.accept_check(world.ports())
    assert accepter.run("myeks", point, "ann", WHY) == Acceptance("ann", WHY)
    assert list(world.journal.suspicions.suspicions("myeks")) == []


def test_a_crash_between_acceptance_and_suspicion_is_mended_by_repeating(world: CheckedWorld) -> None:
    world.journal.suspicions.fail_next("drop_suspicion", Crash())
    with pytest.raises(Crash):
        accept(world, 1, "ann", WHY)
    assert len(world.journal.suspicions.suspicions("myeks")) == 1
    assert accept(world, 1, "ann", WHY) == Acceptance("ann", WHY)
    assert list(world.journal.suspicions.suspicions("myeks")) == []
