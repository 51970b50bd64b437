"""The keep rules of a vault: what is there stays, whatever comes later.

A source whose admin is an attacker may send any number of points, under any names. So a rule keeps the copy
of each period that came first, and looks back from now, not from the newest point: neither depends on what
comes later. Each rule also keeps the newest of the copies that were there before its time begins, so a copy
that comes after a long silence does not end the last one before it: it has to be there for as long as the
rule looks back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.periods import EACH, EVER, PERIODS, Duration, back
from snapkeep.domain.retention.rules import COUNT_RULES, DURATION_RULES, RetentionRules
from snapkeep.domain.times import moment

_UNITS = {"hourly": "hours", "daily": "days", "monthly": "months", "yearly": "years"}


@dataclass(frozen=True, slots=True)
class Window:
    """A rule, which looks back until `since` (aware UTC). `here` (aware) is now, in the vault's zone."""

    name: str
    period: str
    since: datetime
    here: datetime

    def kept(self, arrivals: Sequence[Candidate]) -> Iterator[tuple[str, str]]:
        """The copies (ids) that the rule keeps, each with the reason; they are in the order of arrival."""
        taken: set[object] = set()
        for copy in arrivals:
            key = copy.id if self.period == EACH else self._period_of(copy)
            if copy.time >= self.since and key not in taken:
                taken.add(key)
                yield copy.id, self.name if self.period == EACH else f"first copy of {self._named(copy)}"
        before = [copy for copy in arrivals if arrival(copy) < self.since]
        if before:
            last = max(before, key=lambda copy: (copy.time, copy.id))
            yield last.id, f"newest copy that was there before {moment(self.since)} ({self.name})"

    def why_not(self, copy: Candidate) -> str:
        """Why the rule does not keep a copy."""
        if copy.time < self.since:
            return f"older than {self.name}"
        return f"not the first copy of {self._named(copy)}"

    def _period_of(self, copy: Candidate) -> object:
        return PERIODS[self.period].of(copy.time.astimezone(self.here.tzinfo))

    def _named(self, copy: Candidate) -> str:
        written = format(copy.time.astimezone(self.here.tzinfo), PERIODS[self.period].written)
        return f"{written} ({self.name})"


class FirstCome:
    """All keep rules of a vault for the good copies of a lineage; a copy stays when any one keeps it."""

    def __init__(self, rules: RetentionRules, here: datetime, copies: Sequence[Candidate]) -> None:
        """`here` (aware) is now in the zone of the periods."""
        self._windows = list(windows(rules, here))
        arrivals = sorted(copies, key=lambda copy: (arrival(copy), copy.id))
        self._reasons: dict[str, list[str]] = {}
        for window in self._windows:
            for name, reason in window.kept(arrivals):
                self._reasons.setdefault(name, []).append(reason)

    def reasons(self, copy: Candidate, is_oldest: bool = False) -> list[str]:
        """Why a copy stays; empty when no rule keeps it. Being the oldest is no reason here."""
        return list(self._reasons.get(copy.id, ()))

    def why_not(self, copy: Candidate) -> str:
        """Why no rule keeps a copy."""
        words = dict.fromkeys(window.why_not(copy) for window in self._windows)
        return f"no rule keeps it: {'; '.join(words)}"


def arrival(copy: Candidate) -> datetime:
    """When a copy came to its place, by EC2's clock there, which no source can set."""
    return copy.arrived or copy.time


def windows(rules: RetentionRules, here: datetime) -> Iterator[Window]:
    """The rules as windows. `last` counts points, which later ones push out: here it keeps all."""
    if rules.last is not None:
        yield Window(f"last {rules.last}", EACH, EVER, here)
    for name in COUNT_RULES:
        count = getattr(rules, name)
        if count is not None and name in PERIODS:
            since = EVER if count == "all" else back(PERIODS[name].start(here), _periods(name, count - 1))
            yield Window(f"{name} {count}", name, since, here)
    for name in DURATION_RULES:
        span: Duration | None = getattr(rules, name)
        if span is not None:
            period = name.removeprefix("within").removeprefix("_")
            yield Window(f"{period} within {span}".strip(), period, back(here, span), here)


def _periods(rule: str, number: int) -> Duration:
    """That many periods of a rule, as a span."""
    return Duration(days=7 * number) if rule == "weekly" else Duration(**{_UNITS[rule]: number})
