"""What a policy's lock means together with its retention, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice, pairwise

from cronsim import CronSim

from snapkeep.domain.backup.schedule import PreviewUnavailable, five_fields, rate_of
from snapkeep.domain.policies import Policy, Schedule
from snapkeep.domain.retention.deletion.locks import Lock, LockMode
from snapkeep.domain.retention.rules import RetentionRules, parse_retention
from snapkeep.domain.retention.words import whole_for

SLOTS_LOOKED_AT = 200
START = datetime.fromisoformat("2024-01-01")


def lock_in_words(policy: Policy) -> Iterator[str]:
    """Lines about the policy's lock; none if it has no lock.

    If the lock outlasts the retention, a second line warns that prune must leave points that the retention no
    longer keeps.
    """
    every = shortest_distance(policy.schedule)
    yield from lock_lines(policy.lock, parse_retention(policy.retention), every, "point")


def lock_lines(lock: Lock | None, rules: RetentionRules, every: timedelta | None, what: str) -> Iterator[str]:
    """Lines about a lock and the retention of things that appear at the interval `every` (None: unknown);
    `what` names one of them."""
    if lock is None:
        return
    yield f"every {what} is locked for {_days(lock.days)} ({lock.mode}): {_who_lifts(lock)}"
    if every is None:
        return
    first_go = whole_for(rules, every)
    if first_go < timedelta(days=lock.days):
        some = "points" if what == "point" else "copies"
        yield (
            f"note: the retention deletes the first {some} after {_span(first_go)}; "
            f"prune keeps them until their lock of {_days(lock.days)} ends"
        )


def _who_lifts(lock: Lock) -> str:
    if lock.mode is LockMode.GOVERNANCE:
        return "anyone with ec2:UnlockSnapshot can lift it"
    if lock.cool_off_hours:
        return f"nobody can lift it after {lock.cool_off_hours} hours"
    return "nobody can lift it"


def shortest_distance(schedule: Schedule) -> timedelta | None:
    """The shortest time between two points, on the policy's clock; None if it cannot be computed ahead."""
    rate = rate_of(schedule.expression)
    if rate is not None:
        return rate
    try:
        slots = list(islice(CronSim(five_fields(schedule.expression), START), SLOTS_LOOKED_AT))
    except PreviewUnavailable:
        return None
    return min((later - earlier for earlier, later in pairwise(slots)), default=None)


def _span(span: timedelta) -> str:
    return _days(span.days) if span >= timedelta(days=1) else f"{span / timedelta(hours=1):g} hours"


def _days(number: int) -> str:
    return f"{number} days" if number != 1 else "1 day"
