"""Locks that cannot be meant are refused."""

from __future__ import annotations

import pytest

from tests.unit.snapkeep_cli.config.conftest import Refusals
from tests.unit.snapkeep_cli.config.refused_file import FILE


@pytest.mark.parametrize(
    ("lock", "told"),
    [
        (
            "{mode: compliance, days: 30}",
            "mode compliance locks every snapshot for 30 days, and nobody, AWS included, can lift that or "
            "stop its cost; if you mean it, add confirm_nobody_can_delete_early: true",
        ),
        (
            "{mode: governance, days: 7, cool_off_hours: 2}",
            "cool_off_hours has no meaning with mode governance; remove it",
        ),
        (
            "{mode: governance, days: 7, confirm_nobody_can_delete_early: true}",
            "confirm_nobody_can_delete_early has no meaning with mode governance; remove it",
        ),
        ("{mode: governance, days: 0}", "0 is too small; use 1 or more"),
        ("{mode: governance, days: 36501}", "36501 is too large; use 36500 or less"),
        ("{mode: legal-hold, days: 7}", "'legal-hold' is not allowed; use 'governance' or 'compliance'"),
    ],
)
def test_a_lock_that_cannot_be_meant_is_refused(refusals: Refusals, lock: str, told: str) -> None:
    (line,) = refusals(FILE + f"    lock: {lock}\n")
    assert line.endswith(told)


@pytest.mark.parametrize(
    ("max_age", "fit"), [("7d", "use 7 days or less, or "), ("1m", "use 30 days or less, or "), ("12h", "")]
)
def test_a_lock_longer_than_max_age_is_refused_wherever_they_are_written(
    refusals: Refusals, max_age: str, fit: str
) -> None:
    contradiction = f"policies[0].lock.days: a lock of 31 days keeps points that retention.max_age {max_age} "
    contradiction += f"would delete; {fit}raise max_age"
    text = FILE.replace("{last: 3}", f"{{last: 3, max_age: {max_age}}}")
    (here,) = refusals(text + "    lock: {mode: governance, days: 31}\n")
    (shared,) = refusals("defaults:\n  lock: {mode: governance, days: 31}\n" + text)
    assert here == f"snapkeep.yaml:9: {contradiction}"
    assert shared.endswith(contradiction)
