"""Calendar periods and calendar arithmetic, in the time zone of a policy."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import UTC, datetime, timedelta

from snapkeep.domain.retention import Duration

PeriodOf = Callable[[datetime], Hashable]


def hour_of(local: datetime) -> Hashable:
    """The hour by the clock: the hour that autumn repeats is one hour, as it is for restic."""
    return local.year, local.month, local.day, local.hour


def day_of(local: datetime) -> Hashable:
    """The day."""
    return local.year, local.month, local.day


def week_of(local: datetime) -> Hashable:
    """The ISO week, Monday to Sunday; the last days of December may belong to week 1."""
    return local.isocalendar()[:2]


def month_of(local: datetime) -> Hashable:
    """The month."""
    return local.year, local.month


def year_of(local: datetime) -> Hashable:
    """The year."""
    return local.year


PERIODS: dict[str, PeriodOf] = {
    "hourly": hour_of,
    "daily": day_of,
    "weekly": week_of,
    "monthly": month_of,
    "yearly": year_of,
}
"""The period of a local time, by the rule that counts it."""


def back(local: datetime, span: Duration) -> datetime:
    """The moment (UTC) a span of calendar time before an aware local time.

    Years, months and days move the wall clock, hours are real hours; a day the month lacks runs over
    into the next one (a month before 31 March is 3 March), as restic's Go does it.
    https://pkg.go.dev/time#Time.AddDate
    """
    months = local.year * 12 + local.month - 1 - 12 * span.years - span.months
    first = local.replace(tzinfo=None, year=months // 12, month=months % 12 + 1, day=1)
    wall = first + timedelta(days=local.day - 1 - span.days)
    return wall.replace(tzinfo=local.tzinfo).astimezone(UTC) - timedelta(hours=span.hours)
