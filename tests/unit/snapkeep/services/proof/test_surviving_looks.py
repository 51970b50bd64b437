"""A point whose bytes end the function keeps no other point from being checked."""

from __future__ import annotations

import pytest

from snapkeep.domain.errors import TemporaryError
from tests.fakes.checking import CheckedWorld
from tests.fakes.faults import Crash


def test_a_point_that_ends_the_function_again_and_again_is_left_aside_and_suspicious() -> None:
    world = CheckedWorld()
    world.back_up_night()
    world.check()
    deadly, later = world.back_up_night(), world.back_up_night()
    world.looks.seen[deadly] = Crash()
    for _ in range(3):
        with pytest.raises(Crash):
            world.check()
    report = world.check()
    assert report.checked == [world.point(later)]
    assert report.suspicious == {
        world.point(deadly): "check_points ended 3 times while it looked into this point; before, it held xfs"
    }


def test_without_a_good_point_before_it_such_a_point_was_not_looked_at() -> None:
    world = CheckedWorld()
    deadly = world.back_up_night()
    world.looks.seen[deadly] = Crash()
    for _ in range(3):
        with pytest.raises(Crash):
            world.check()
    assert list(world.check().not_looked_at) == [world.point(deadly)]


def test_an_error_or_two_deaths_do_not_give_a_point_up() -> None:
    world = CheckedWorld()
    snapshot = world.back_up_night()
    world.looks.seen[snapshot] = TemporaryError("throttled")
    for _ in range(4):
        assert world.check().given_up
    world.looks.seen[snapshot] = Crash()
    for _ in range(2):
        with pytest.raises(Crash):
            world.check()
    del world.looks.seen[snapshot]
    assert world.check().checked == [world.point(snapshot)]
