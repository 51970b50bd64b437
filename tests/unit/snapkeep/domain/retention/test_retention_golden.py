"""The golden plans: days on which calendars are difficult, and mixtures met in life."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from snapkeep.domain.points import PointState
from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.rules import KEEP_RULES, parse_retention
from tests.golden.retention.cases import CASES, answer, points, read
from tests.unit.snapkeep.domain.retention.retention_oracle import kept_by_restic


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


def counted(case: Any) -> list[Candidate]:
    """The points of a case that restic would look at: ready ones that nothing protects."""
    return [
        point
        for point in points(case)
        if point.state is PointState.READY and point.counts(point.time) and not point.protections
    ]


def restic_knows(case: Any) -> bool:
    """Whether restic's rules alone decide a case: no rule of ours, no point that it has no word for."""
    if not set(case["policy"]) <= set(KEEP_RULES) or case.get("builtin"):
        return False
    all_count = len({point.time for point in counted(case)}) == len(points(case))
    return all_count and not any("future" in str(reasons) for reasons in case["keep"].values())


RESTIC_CASES = [path for path in CASES if restic_knows(read(path))]


def test_most_cases_are_checked_against_restic_and_not_only_recorded() -> None:
    assert len(RESTIC_CASES) >= 37


@pytest.mark.parametrize("path", RESTIC_CASES, ids=lambda path: path.stem)
def test_what_only_keep_rules_decide_is_what_restic_would_keep(path: Path) -> None:
    case = read(path)
    ordered = sorted(counted(case), key=lambda point: point.time, reverse=True)
    kept = kept_by_restic(
        [point.time for point in ordered], parse_retention(case["policy"]), ZoneInfo(case["zone"])
    )

    assert list(case["keep"]) == [point.id for place, point in enumerate(ordered) if place in kept]
