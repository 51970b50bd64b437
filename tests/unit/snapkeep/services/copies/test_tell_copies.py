"""What people are told about copies, and how often."""

from __future__ import annotations

from dataclasses import replace

from snapkeep.domain.copies.tags import COPY_OF
from snapkeep.domain.troubles import TroubleKind
from tests.fakes.copying import CopyWorld


def test_a_copy_that_cannot_be_read_any_more_is_told_once_and_then_weekly() -> None:
    world = CopyWorld("mysql")
    world.live(minutes=10)
    (copy,) = world.copies()["mysql"]
    world.osaka.all[copy.id] = replace(copy, tags=copy.tags | {COPY_OF: ""})
    world.live(minutes=30)
    (reason,) = world.told(TroubleKind.WORK_GIVEN_UP)
    assert reason.startswith(f"osaka: {copy.id} counts for no point") and COPY_OF in reason
    world.wait(days=7)
    world.turn()
    assert len(world.told(TroubleKind.WORK_GIVEN_UP)) == 2


def test_late_claims_are_counted_by_place_and_none_is_a_sign_of_life() -> None:
    world = CopyWorld("mysql", "redis")
    world.osaka.most_in_progress = 0
    world.turn()
    assert world.news.late == {("myeks", "osaka"): 0}
    world.wait(days=1)
    world.turn()
    assert world.news.late == {("myeks", "osaka"): 2}
