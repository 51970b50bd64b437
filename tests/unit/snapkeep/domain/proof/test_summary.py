"""How a cluster's points stand, in figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from snapkeep.domain.proof.checks import Subject
from snapkeep.domain.proof.shown import CheckState, ShownCheck
from snapkeep.domain.proof.summary import ChecksSummary, summary
from snapkeep.domain.proof.suspicions import Suspicion

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


def a_suspicion(point: str, days: int) -> Suspicion:
    """A suspicion about a point, some days old."""
    taken = NOW - timedelta(days=days)
    return Suspicion(Subject(point, f"snap-{point}", "myeks", "shop", "data", "uid", taken), "it shrank")


def test_claims_are_counted_by_state_and_those_without_a_point_not_at_all() -> None:
    checked, waiting = ShownCheck(CheckState.CHECKED), ShownCheck(CheckState.WAITING)
    found = summary(True, [checked, None, waiting, checked], ())
    assert found == ChecksSummary(True, {CheckState.CHECKED: 2, CheckState.WAITING: 1})


def test_the_oldest_suspicion_comes_first() -> None:
    new, old = a_suspicion("b", 1), a_suspicion("a", 5)
    assert summary(True, (), [new, old]).suspicions == (old, new)
