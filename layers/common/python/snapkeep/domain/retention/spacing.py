"""How close together the slots of a schedule can be, worked out without a calendar.

Scheduler's L, W and # have no preview, but even they say at which times of day a run may start.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise

from snapkeep.domain.backup.cron import DAY, HOUR, MINUTE, SCHEDULER_WEEKDAY
from snapkeep.domain.backup.schedule import rate_of
from snapkeep.domain.policies import Schedule

SHORTEST_MONTH = 28
MINUTES_A_DAY = 24 * 60
CLOCK_CHANGE = timedelta(hours=1)
"""How much daylight saving shortens an interval once a year."""


UNSTEADY = timedelta(minutes=1)
"""The precision of Scheduler.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/what-is-scheduler.html
"""


def shortest_distance(schedule: Schedule) -> timedelta:
    """A lower bound for the interval between any two slots; all real intervals may be longer.

    The expression must be one that `to_scheduler` returned.
    """
    rate = rate_of(schedule.expression)
    if rate is not None:
        return rate
    minute, hour, day, _, weekday, _ = schedule.expression.removeprefix("cron(").removesuffix(")").split()
    hours, minutes = HOUR.values(hour), MINUTE.values(minute)
    times = sorted(60 * at + past for at in hours for past in minutes)
    overnight = MINUTES_A_DAY * _days_between(day, weekday) - (times[-1] - times[0])
    within_a_day = (later - earlier for earlier, later in pairwise(times))
    distance = timedelta(minutes=min([overnight, *within_a_day]))
    if schedule.timezone == "UTC" or distance <= CLOCK_CHANGE:
        return distance
    return distance - CLOCK_CHANGE


def least_apart(schedule: Schedule) -> timedelta:
    """A lower bound for the interval between slots as Scheduler reports them, which may be off by some
    seconds."""
    distance = shortest_distance(schedule)
    return distance - min(UNSTEADY, distance / 10)


def _days_between(day: str, weekday: str) -> int:
    """The fewest days between two matching days; exactly one of the fields is `?`."""
    if day == "?":
        if SCHEDULER_WEEKDAY.is_special(weekday):
            return 7 if "," not in weekday else 1
        return _circular_gap(SCHEDULER_WEEKDAY.values(weekday), 7)
    if DAY.is_special(day):
        # The weekday nearest to a date differs from it by at most two days, in this month and in the next.
        return SHORTEST_MONTH - 4 if "," not in day else 1
    return _circular_gap(DAY.values(day), SHORTEST_MONTH)


def _circular_gap(values: Iterable[int], length: int) -> int:
    """The smallest step from a value to the next on a circle of that length; at least 1."""
    ordered = sorted(values)
    around = zip(ordered, [*ordered[1:], ordered[0] + length], strict=True)
    return max(1, min(later - earlier for earlier, later in around))
