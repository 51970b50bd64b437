"""For how long a retention keeps points in the archive tier, and how many: what `validate` refuses by."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain.archive.rules import SPARSE, ArchiveAfter
from snapkeep.domain.retention.periods import PERIODS
from snapkeep.domain.retention.rules import KEEP_RULES, Count, Duration, RetentionRules
from snapkeep.domain.retention.words import length

FOREVER = timedelta.max


@dataclass(frozen=True, slots=True)
class Span:
    """The ages between which the points of a period are in the archive tier; `timedelta.max` is for ever.

    `begin` is `after`, or later while rules with closer points keep them: `held_by` names the last of those.
    """

    period: str
    after: timedelta
    begin: timedelta
    end: timedelta
    held_by: str = ""

    @property
    def stay(self) -> timedelta:
        """How long a point stays archived; zero when none is ever archived."""
        if self.begin >= self.end:
            return timedelta()
        return FOREVER if self.end == FOREVER else self.end - self.begin

    def points(self, from_age: timedelta = timedelta()) -> float:
        """The most points of a volume that are archived at a time, counting those beyond an age."""
        begin = max(self.begin, from_age)
        if begin >= self.end:
            return 0
        return (
            math.inf if self.end == FOREVER else math.ceil((self.end - begin) / PERIODS[self.period].length)
        )


def spans(rules: RetentionRules, after: ArchiveAfter, every: timedelta | None) -> Iterator[Span]:
    """The spans of the periods of `after` that the rules keep, when points appear at the interval `every`
    (None: unknown); accurate to one point."""
    others = [name for name in KEEP_RULES if _period(name) not in after]
    held_by = max(others, key=lambda name: _reach(name, rules, every), default="")
    held = _reach(held_by, rules, every) if held_by else timedelta()
    most = length(rules.max_age) if rules.max_age else FOREVER
    for period in (name for name in SPARSE if name in after):
        begin = max(length(after[period]), held)
        end = min(most, max(_reach(name, rules, every) for name in (period, f"within_{period}")))
        yield Span(period, length(after[period]), begin, end, held_by if held == begin else "")


def most_archived(found: list[Span]) -> float:
    """The most points of a volume that are archived at a time; `math.inf` when they only ever grow.

    A yearly point that is also monthly is one point.
    """
    monthly = max((span.end for span in found if span.period == "monthly"), default=timedelta())
    return sum(span.points(monthly if span.period == "yearly" else timedelta()) for span in found)


def _period(rule: str) -> str:
    return rule.removeprefix("within_")


def _reach(rule: str, rules: RetentionRules, every: timedelta | None) -> timedelta:
    """The age up to which a rule keeps points; zero for one that the policy does not have."""
    value: Count | Duration | None = getattr(rules, rule)
    if value is None:
        return timedelta()
    if isinstance(value, Duration):
        return length(value)
    if value == "all":
        return FOREVER
    step = PERIODS[rule].length if rule in PERIODS else every or timedelta()
    try:
        return step * value
    except OverflowError:
        return FOREVER
