"""When a create whose answer was lost may be called again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from snapkeep.domain.backup.creation import READ_SPACING, wait_before_retry
from snapkeep.domain.points import Point
from tests.fakes.world import SLOT, World, a_claim

WAIT = timedelta(minutes=5)


def a_point(**changes: object) -> Point:
    world = World(a_claim("mysql"))
    world.backup()
    return replace(world.point("mysql"), **changes)  # type: ignore[arg-type]


def test_a_point_that_was_never_tried_may_go_at_once() -> None:
    assert wait_before_retry(a_point(), WAIT, SLOT) == timedelta()


def test_the_looks_that_are_missing_are_spread_over_the_wait() -> None:
    point = a_point(intent_at=SLOT)
    assert wait_before_retry(point, WAIT, SLOT) == WAIT / 3
    assert wait_before_retry(replace(point, empty_reads=1), WAIT, SLOT + WAIT / 3) == WAIT / 3
    assert wait_before_retry(replace(point, empty_reads=2), WAIT, SLOT + WAIT * 2 / 3) == WAIT / 3


def test_three_looks_are_not_enough_before_the_wait_is_over() -> None:
    point = a_point(intent_at=SLOT, empty_reads=3)
    assert wait_before_retry(point, WAIT, SLOT + timedelta(minutes=4)) == timedelta(minutes=1)
    assert wait_before_retry(point, WAIT, SLOT + WAIT) == timedelta()


def test_the_wait_is_not_enough_before_three_looks() -> None:
    point = a_point(intent_at=SLOT, empty_reads=2)
    assert wait_before_retry(point, WAIT, SLOT + timedelta(hours=1)) == READ_SPACING
