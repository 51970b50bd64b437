"""How close together slots can be: never closer in any year than the distance says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from snapkeep.adapters.calendar import local_times
from snapkeep.domain.backup.schedule import slots, to_scheduler
from snapkeep.domain.policies import Schedule
from snapkeep.domain.retention.spacing import shortest_distance

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "zone", "hours"),
    [
        ("rate(6 hours)", "Asia/Seoul", 6),
        ("0 */6 * * *", "UTC", 6),
        ("0 2 * * *", "UTC", 24),
        ("0 2 * * *", "America/New_York", 23),
        ("30 3 * * SUN", "UTC", 7 * 24),
        ("0 9,17 * * 1-5", "UTC", 8),
        ("0 1 1,15 * *", "UTC", 14 * 24),
        ("0 1 * * SAT,MON", "UTC", 2 * 24),
        ("*/20 * * * *", "America/New_York", 1 / 3),
        ("cron(0 1 ? * 6L *)", "UTC", 7 * 24),
        ("cron(0 1,13 ? * 2#1 *)", "UTC", 12),
        ("cron(0 1 L * ? *)", "UTC", 24 * 24),
        ("cron(0 1 1,L * ? *)", "UTC", 24),
    ],
)
def test_the_distance_of_a_schedule(expression: str, zone: str, hours: float) -> None:
    assert shortest_distance(Schedule(to_scheduler(expression), zone)) == timedelta(hours=hours)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize(
    "expression",
    [
        "0 */6 * * *",
        "0 2 * * *",
        "15,45 1-3 * * *",
        "0 0 1,31 * *",
        "0 5 * * SUN",
        "0 5 29 * *",
        "0 1,3 * * *",
    ],
)
def test_no_two_slots_of_three_years_are_closer(expression: str, zone: str) -> None:
    schedule = Schedule(to_scheduler(expression), zone)
    found = list(slots(schedule, START, START + timedelta(days=3 * 365), local_times))
    assert len(found) > 20
    assert min(later - earlier for earlier, later in pairwise(found)) >= shortest_distance(schedule)
