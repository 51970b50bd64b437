"""`snapkeep checks accept` ends a suspicion, and says so."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain.proof.checks import Subject
from snapkeep.domain.proof.suspicions import Suspicion
from tests.fakes.world import SLOT, World
from tests.unit.snapkeep_cli.conftest import Command


def test_a_suspicious_point_is_accepted_once(snapkeep: Command, world: World) -> None:
    point = world.point("data").id
    subject = Subject(point, "snap-1", "myeks", "shop", "data", "uid-1", SLOT + timedelta(minutes=1))
    world.journal.suspicions.write_suspicion(Suspicion(subject, "it was formatted anew", "snap-0"))
    accepted = snapkeep("checks", "accept", point, "--because", "we moved to XFS")
    assert accepted.code == 0
    assert f"{point} is accepted" in accepted.err
    assert list(world.journal.suspicions.suspicions("myeks")) == []
    again = snapkeep("checks", "accept", point, "--because", "we moved to XFS")
    assert again.code == 4
    assert "is not suspicious, or it was accepted already" in again.err


def test_a_reason_is_needed(snapkeep: Command, world: World) -> None:
    assert "--because" in snapkeep("checks", "accept", world.point("data").id).err
