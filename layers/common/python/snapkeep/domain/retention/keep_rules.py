"""The keep rules, applied to the points of a lineage from the newest to the oldest.

A rule is data: a period, an optional limit, and an optional time before which it keeps nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo

from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.periods import EACH, PERIODS, Cuts, back
from snapkeep.domain.retention.rules import COUNT_RULES, DURATION_RULES, Duration, RetentionRules

_OF_A_RULE = re.compile(r"[0-9]+(/[0-9]+)?|within \S+")
"""What follows the period in the reasons that `Rule.keep` gives."""


@dataclass(slots=True)
class Rule:
    """A rule and how many points it has kept so far.

    Its reasons begin with `name`; `limit` None means all; `since` (aware) None means without a time limit.
    """

    name: str
    period: str
    limit: int | None = None
    since: datetime | None = None
    used: int = 0

    def is_open(self, time: datetime) -> bool:
        """False once the rule can keep neither the point of this time nor any older one."""
        if self.since is not None:
            return time > self.since
        return self.limit is None or self.used < self.limit

    def keep(self) -> str:
        """Count a point that is the newest of its period, and return why it stays, such as `daily 3/7`."""
        self.used += 1
        if self.since is not None:
            return self.name
        return f"{self.name} {self.used}/{self.limit}" if self.limit else f"{self.name} {self.used}"

    def why_not(self, time: datetime) -> str:
        """Why the rule did not keep the point of this time, the last one offered."""
        if self.is_open(time):
            return f"not the newest of its {PERIODS[self.period].noun}"
        if self.since is not None:
            return f"older than {self.name}"
        return f"{self.name} {self.limit} filled by newer points"


class KeepRules:
    """All keep rules of a policy; a point stays when any one keeps it."""

    def __init__(self, rules: RetentionRules, zone: tzinfo, newest: datetime) -> None:
        """Durations count back from `newest` (aware); periods are those of `zone`."""
        self._rules = [*_count_rules(rules), *_duration_rules(rules, newest.astimezone(zone))]
        self._open = self._rules
        self._cuts = Cuts(zone, {rule.period: None for rule in self._rules if rule.period != EACH})
        self._why_not_any_more = ""

    def reasons(self, point: Candidate, is_oldest: bool) -> list[str]:
        """Why a point stays; empty when no rule keeps it.

        A rule that is not yet filled also keeps the oldest point, so that no history is lost early.
        """
        time = point.time
        self._open = [rule for rule in self._open if rule.is_open(time)]
        if not self._open:
            return []
        newest_of = self._cuts.newest_of(time)
        if is_oldest:
            return [rule.keep() if rule.period in newest_of else f"oldest {rule.name}" for rule in self._open]
        return [rule.keep() for rule in self._open if rule.period in newest_of]

    def why_not(self, point: Candidate) -> str:
        """Why no rule kept a point, the last one offered."""
        if self._why_not_any_more:
            return self._why_not_any_more
        words = "; ".join(dict.fromkeys(rule.why_not(point.time) for rule in self._rules))
        text = f"no rule keeps it: {words}"
        if not self._open:
            self._why_not_any_more = text
        return text


def rule_of(reason: str) -> str:
    """The period of the rule that gave a reason, such as `monthly` of `monthly 3/12` and `monthly within 2y`;
    "" for every other reason, also for one that holds only while a rule is not filled (`oldest monthly`)."""
    name, _, rest = reason.partition(" ")
    return name if name in PERIODS and _OF_A_RULE.fullmatch(rest) else ""


def _count_rules(rules: RetentionRules) -> list[Rule]:
    counts = ((name, getattr(rules, name)) for name in COUNT_RULES)
    return [
        Rule(name, period=EACH if name == "last" else name, limit=None if count == "all" else count)
        for name, count in counts
        if count is not None
    ]


def _duration_rules(rules: RetentionRules, newest: datetime) -> list[Rule]:
    found = []
    for name in DURATION_RULES:
        span: Duration | None = getattr(rules, name)
        if span is not None:
            period = name.removeprefix("within").removeprefix("_")
            found.append(Rule(f"{period} within {span}".strip(), period, since=back(newest, span)))
    return found
