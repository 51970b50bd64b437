"""The golden plans: days on which calendars are difficult, and mixtures met in life."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from snapkeep.domain.points import PointState
from snapkeep.domain.retention import KEEP_RULES, parse_retention
from tests.golden.retention.cases import CASES, answer, points, read
from tests.unit.snapkeep.domain.retention_oracle import kept_by_restic


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 40


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_plan_is_as_recorded_in_any_order(path: Path) -> None:
    case = read(path)
    given = points(case)
    recorded = {"keep": case["keep"], "delete": case["delete"]}

    for order in (given, given[::-1], given[1::2] + given[::2]):
        assert answer(case, order) == recorded
    assert len(case["keep"]) + len(case["delete"]) == len(given)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_what_only_keep_rules_decide_is_what_restic_would_keep(path: Path) -> None:
    case = read(path)
    if not set(case["policy"]) <= set(KEEP_RULES) or case.get("builtin"):
        return
    counted = [
        point
        for point in points(case)
        if point.state is PointState.READY and point.counts(point.time) and not point.protections
    ]
    times = {point.time for point in counted}
    if len(times) < len(points(case)) or any("future" in str(reasons) for reasons in case["keep"].values()):
        return
    ordered = sorted(counted, key=lambda point: point.time, reverse=True)
    kept = kept_by_restic(
        [point.time for point in ordered], parse_retention(case["policy"]), ZoneInfo(case["zone"])
    )

    assert list(case["keep"]) == [point.id for place, point in enumerate(ordered) if place in kept]
