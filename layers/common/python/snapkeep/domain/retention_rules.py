"""One keep rule at work: fed the points of a lineage from the newest to the oldest.

A rule is data: a period, a count (or none), a moment before which it keeps nothing (or none).
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime

from snapkeep.domain.periods import PeriodOf
from snapkeep.domain.retention import Count, Duration

_NOTHING: Hashable = object()
_NOUNS = {"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month", "yearly": "year"}


@dataclass(slots=True)
class Rule:
    """A rule with what it has kept so far. Without a period every point is one of its own.

    `name` is what its reasons begin with; `count` None means all; `since` (aware) None means ever.
    """

    name: str
    noun: str
    period: PeriodOf | None
    count: int | None = None
    since: datetime | None = None
    used: int = 0
    last: Hashable = field(default=_NOTHING)

    def is_open(self, time: datetime) -> bool:
        """False when the rule can keep neither this point nor an older one any more."""
        if self.count is not None and self.used >= self.count:
            return False
        return self.since is None or time > self.since

    def keeps(self, local: datetime, is_oldest: bool) -> str:
        """Why the rule keeps a point (local, aware) it is open for; "" when it does not."""
        period = self.period(local) if self.period else self.used
        is_newest_of_period = period != self.last
        if not is_newest_of_period and not is_oldest:
            return ""
        self.last = period
        self.used += 1
        if not is_newest_of_period:
            return f"oldest {self.name}"
        return (
            self.name if self.since else f"{self.name} {self.used}" + (f"/{self.count}" if self.count else "")
        )

    def why_not(self, time: datetime) -> str:
        """Why the rule did not keep a point that it was offered last."""
        if self.since is not None and time <= self.since:
            return f"older than {self.name}"
        if self.count is not None and self.used >= self.count:
            return f"{self.name} {self.count} are newer"
        return f"not the newest of its {self.noun}"


def count_rule(name: str, count: Count, period: PeriodOf | None) -> Rule:
    """The rule `daily: 7` and its like; `last` has no period."""
    return Rule(name, _NOUNS.get(name, ""), period, count=None if count == "all" else int(count))


def duration_rule(name: str, span: Duration, since: datetime, period: PeriodOf | None) -> Rule:
    """The rule `within: 2d` (no name) or `within_daily: 30d` (name `daily`): keeps what is after `since`."""
    return Rule(f"{name} within {span}".strip(), _NOUNS.get(name, ""), period, since=since)
