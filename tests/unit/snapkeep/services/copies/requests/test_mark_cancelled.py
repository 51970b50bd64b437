"""The snapshot of a cancelled copy is marked once, unless it is locked."""

from __future__ import annotations

from snapkeep.domain.copies.tags import CANCELLED
from snapkeep.domain.times import compact
from tests.fakes.copying import CopyWorld, to_osaka
from tests.fakes.faults import Crash
from tests.unit.snapkeep.services.copies.requests.test_request_copies import BY, ask, cancel, record


def test_the_mark_says_when() -> None:
    world = CopyWorld("mysql", rule=to_osaka(lock=None))
    world.turn()
    cancel(world, world.point("mysql").id)
    world.wait(minutes=5)
    assert len(world.turn().cancelled) == 1
    (copy,) = world.osaka.all.values()
    assert copy.tags[CANCELLED] == compact(world.clock())
    assert world.turn().cancelled == []


def test_a_turn_that_dies_after_the_mark_is_ended_by_the_next() -> None:
    world = CopyWorld("mysql", rule=to_osaka(lock=None))
    world.turn()
    point = world.point("mysql").id
    cancel(world, point)
    world.osaka.crash_after("add_tags")
    try:
        world.turn()
    except Crash:
        world.wait(minutes=7)
    world.live(minutes=10)
    assert (record(world, point).stage, record(world, point).cancelled_by) == ("cancelled", BY)
    assert world.held() == []
    assert ask(world, point).outcome == "asked"
