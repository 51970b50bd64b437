"""A weekly copy is no silence, and an outage makes none usual."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from snapkeep.domain.vault.silence import silent_after

START = datetime.fromisoformat("2026-06-01T02:00:00+00:00")


@pytest.mark.parametrize(
    ("days", "quiet"),
    [
        ((), 2),
        ((0,), 2),
        ((0, 1, 2, 3), 2),
        ((0, 7, 14, 21), 8),
        ((0, 3, 6, 9), 4),
        ((0, 30, 60), 8),
        ((0, 1, 2, 3, 10, 11), 2),
        ((0, 7, 14, *range(21, 29)), 2),
    ],
    ids=str,
)
def test_a_source_may_be_quiet_for_a_day_longer_than_usual(days: tuple[int, ...], quiet: int) -> None:
    begun = [START + timedelta(days=day, hours=hour) for day in days for hour in (0, 5)]
    assert silent_after(begun) == timedelta(days=quiet)
