"""A week of scheduled runs, hour by hour, in the policies' time zone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

DAYS = 7
HOURS = 24


@dataclass(frozen=True, slots=True)
class Hour:
    """What starts in one hour: runs by policy, and the total of recovery points they take."""

    runs: tuple[tuple[str, int], ...] = ()
    points: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """A local day and its wall-clock hours; an hour that repeats counts as one."""

    date: date
    hours: tuple[Hour, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from today, in a time zone."""

    timezone: str
    days: tuple[Day, ...]

    @property
    def busiest(self) -> int:
        """The most points in any one hour."""
        return max((hour.points for day in self.days for hour in day.hours), default=0)


def bounds(timezone: str, now: datetime) -> tuple[datetime, datetime]:
    """The start of today and the end of the week, in a zone."""
    here = now.astimezone(ZoneInfo(timezone))
    start = here.replace(hour=0, minute=0, second=0, microsecond=0)
    return start, start + timedelta(days=DAYS)  # by the wall clock, even across a clock change


def week(
    slots: Mapping[str, Sequence[datetime]], claims: Mapping[str, int], timezone: str, now: datetime
) -> Week:
    """The week with these slots by policy; `claims` says how many claims each policy takes."""
    start, end = bounds(timezone, now)
    cells: dict[tuple[date, int], Counter[str]] = defaultdict(Counter)
    for policy, times in slots.items():
        for slot in times:
            if start <= slot < end:
                local = slot.astimezone(start.tzinfo)
                cells[local.date(), local.hour][policy] += 1
    days = (start.date() + timedelta(days=number) for number in range(DAYS))
    return Week(
        timezone,
        tuple(Day(day, tuple(_hour(cells[day, hour], claims) for hour in range(HOURS))) for day in days),
    )


def _hour(runs: Counter[str], claims: Mapping[str, int]) -> Hour:
    points = sum(count * claims.get(policy, 0) for policy, count in runs.items())
    return Hour(tuple(sorted(runs.items())), points)
