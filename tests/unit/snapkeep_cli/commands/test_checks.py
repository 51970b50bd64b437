"""`snapkeep checks accept` ends a suspicion, and says so."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain.proof.checks import Check, Subject, Verdict
from snapkeep.domain.proof.suspicions import Suspicion
from tests.fakes.api import CALLER
from tests.fakes.world import SLOT, World
from tests.unit.snapkeep_cli.conftest import Command


def test_a_suspicious_point_is_accepted_once(snapkeep: Command, world: World) -> None:
    point = world.point("data").id
    subject = Subject(point, "snap-1", "myeks", "shop", "data", "uid-1", SLOT + timedelta(minutes=1))
    why = "it was formatted again"
    world.journal.suspicions.write_suspicion(Suspicion(subject, why, "snap-0"))
    world.journal.checks.write_check(Check(subject, Verdict.SUSPICIOUS, SLOT, (why,)))
    accepted = snapkeep("checks", "accept", point, "--because", "we moved to XFS")
    assert accepted.code == 0
    assert f"{point} is accepted by {CALLER}" in accepted.err
    assert list(world.journal.suspicions.suspicions("myeks")) == []
    assert snapkeep("checks", "accept", point, "--because", "we moved to XFS").err == accepted.err
    other = snapkeep("checks", "accept", point, "--because", "it looks good")
    assert other.code == 3
    assert f"{point} was accepted already, by {CALLER}: we moved to XFS" in other.err


def test_a_reason_is_needed(snapkeep: Command, world: World) -> None:
    assert "--because" in snapkeep("checks", "accept", world.point("data").id).err
