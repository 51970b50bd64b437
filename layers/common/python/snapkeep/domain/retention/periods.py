"""Calendar periods and calendar arithmetic, in the time zone of a policy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

EVER = datetime.min.replace(tzinfo=UTC)
"""The earliest possible time, to which a span longer than the calendar goes back."""

EACH = ""
"""The period of rules without a calendar period: every point is the newest of its own."""


def hour_of(local: datetime) -> Hashable:
    """The hour by the clock: the hour that repeats in autumn is one hour, as in restic."""
    return local.year, local.month, local.day, local.hour


def day_of(local: datetime) -> Hashable:
    """The day."""
    return local.toordinal()


def week_of(local: datetime) -> Hashable:
    """The ISO week, Monday to Sunday; the last days of December may belong to week 1."""
    return local.isocalendar()[:2]


def month_of(local: datetime) -> Hashable:
    """The month."""
    return local.year, local.month


def year_of(local: datetime) -> Hashable:
    """The year."""
    return local.year


def hour_start(local: datetime) -> datetime:
    """When the hour of a local time began."""
    return local.replace(minute=0, second=0, microsecond=0)


def day_start(local: datetime) -> datetime:
    """When its day began."""
    return hour_start(local).replace(hour=0)


def week_start(local: datetime) -> datetime:
    """When its ISO week began."""
    return day_start(local) - timedelta(days=local.weekday())


def month_start(local: datetime) -> datetime:
    """When its month began."""
    return day_start(local).replace(day=1)


def year_start(local: datetime) -> datetime:
    """When its year began."""
    return month_start(local).replace(month=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar period: its name in a sentence, its mean length, which one a local time is in, when that
    began, and how one is written (a format of strftime)."""

    noun: str
    length: timedelta
    of: Callable[[datetime], Hashable]
    start: Callable[[datetime], datetime]
    written: str


_YEAR = timedelta(days=365.2425)
PERIODS: dict[str, Period] = {
    "hourly": Period("hour", timedelta(hours=1), hour_of, hour_start, "%Y-%m-%d %H:00"),
    "daily": Period("day", timedelta(days=1), day_of, day_start, "%Y-%m-%d"),
    "weekly": Period("week", timedelta(days=7), week_of, week_start, "%G-W%V"),
    "monthly": Period("month", _YEAR / 12, month_of, month_start, "%Y-%m"),
    "yearly": Period("year", _YEAR, year_of, year_start, "%Y"),
}
"""By the name of the rule that counts it, from the shortest to the longest."""


@dataclass(frozen=True, slots=True)
class Duration:
    """A span of calendar time, written as `1y5m7d2h`; `m` is months."""

    years: int = 0
    months: int = 0
    days: int = 0
    hours: int = 0

    def __str__(self) -> str:
        parts = ((self.years, "y"), (self.months, "m"), (self.days, "d"), (self.hours, "h"))
        return "".join(f"{number}{unit}" for number, unit in parts if number)


class Cuts:
    """Divides points into periods; they must be offered from the newest to the oldest."""

    def __init__(self, zone: tzinfo, names: Iterable[str]) -> None:
        """`names` are the PERIODS of interest."""
        self._zone = zone
        self._periods = [(name, PERIODS[name].of) for name in names]
        self._hour: Hashable = None
        self._last: dict[str, Hashable] = {}

    def newest_of(self, time: datetime) -> Collection[str]:
        """The names of the periods whose newest point is the one of this time (aware), and EACH."""
        if not self._periods:
            return (EACH,)
        local = time.astimezone(self._zone)
        hour = hour_of(local)
        if hour == self._hour:
            return (EACH,)
        self._hour = hour
        found = [EACH]
        for name, period_of in self._periods:
            period = period_of(local)
            if self._last.get(name) != period:
                self._last[name] = period
                found.append(name)
        return found


def back(local: datetime, span: Duration) -> datetime:
    """The time (UTC) that lies a calendar span before an aware local time; EVER when it is out of range.

    Years, months and days move the wall clock, hours are real hours; a day that the month lacks runs over
    into the next one (a month before 31 March is 3 March), as in restic's Go code.
    https://pkg.go.dev/time#Time.AddDate
    """
    months = local.year * 12 + local.month - 1 - 12 * span.years - span.months
    try:
        first = local.replace(tzinfo=None, year=months // 12, month=months % 12 + 1, day=1)
        wall = first + timedelta(days=local.day - 1 - span.days)
        return _moment(wall, local.tzinfo) - timedelta(hours=span.hours)
    except (ValueError, OverflowError):
        return EVER


def _moment(wall: datetime, zone: tzinfo | None) -> datetime:
    """The UTC time of a wall clock time.

    For a local time that occurs twice or not at all, Go guarantees only one of two results; this picks the
    same one as Go, by looking up the offset near the time as if it were UTC.
    """
    near = wall.replace(tzinfo=UTC)
    guess = near - (near.astimezone(zone).utcoffset() or timedelta())
    return near - (guess.astimezone(zone).utcoffset() or timedelta())
