"""How a run ended for one namespace depends on its own points alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain.backup.backups import points_in, run_in, skipped_in
from snapkeep.domain.backup.runs import RunState, Skipped
from snapkeep.domain.points import Point, PointState
from tests.contract.ports.samples import a_point, a_run

Sharers = tuple[str, ...]

RUN = replace(a_run(), state=RunState.PARTIALLY_FAILED, total=90, ready=60, failed=20, late=10)


def point(name: str, namespace: str, state: PointState = PointState.READY, sharers: Sharers = ()) -> Point:
    made = a_point(name)
    return replace(
        made, id=name, claim=replace(made.claim, namespace=namespace), state=state, sharers=sharers
    )


@pytest.mark.parametrize(
    ("states", "ended"),
    [
        ((PointState.READY, PointState.READY), RunState.COMPLETED),
        ((PointState.READY, PointState.PENDING), RunState.PARTIALLY_FAILED),
        ((PointState.FAILED,), RunState.FAILED),
    ],
)
def test_the_end_of_a_run_is_that_of_its_points_here(states: tuple[PointState, ...], ended: RunState) -> None:
    points = [point(str(number), "shop", state) for number, state in enumerate(states)]
    seen = run_in(RUN, points, ())
    assert (seen.state, seen.total) == (ended, len(states))
    assert seen.late == states.count(PointState.PENDING)


def test_a_run_in_progress_is_in_progress_everywhere() -> None:
    seen = run_in(replace(RUN, state=RunState.RUNNING), [point("a", "shop", PointState.FAILED)], ())
    assert (seen.state, seen.failed, seen.late) == (RunState.RUNNING, 1, 0)


def test_nothing_of_other_namespaces_is_left() -> None:
    shared = point("b", "shop", sharers=("bank/b", "shop/a", "shop-2/c"))
    found = points_in("shop", [shared, point("a", "shop"), point("c", "shop-2")])
    assert [(each.id, each.sharers) for each in found] == [("a", ()), ("b", ("shop/a",))]
    skipped = [Skipped("shop/x", "excluded", ""), Skipped("shop-2/y", "excluded", "")]
    assert skipped_in("shop", skipped) == skipped[:1]
