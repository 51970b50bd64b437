"""Retention: which recovery points a policy keeps.

The rules are restic's: counts keep the newest point of each hour, day, week, month or year that has
points; durations keep everything, or the newest of each period, back from the newest point.
https://restic.readthedocs.io/en/stable/060_forget.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from snapkeep.domain.retention.periods import PERIODS
from snapkeep.domain.retention.periods import Duration as Duration

Count = int | Literal["all"]
"""How many periods a rule keeps."""

COUNT_RULES = ("last", *PERIODS)
DURATION_RULES = ("within", *(f"within_{name}" for name in PERIODS))
KEEP_RULES = COUNT_RULES + DURATION_RULES

_UNITS = {"y": "years", "m": "months", "d": "days", "h": "hours"}
_DURATION = re.compile(r"(?:[0-9]{1,6}[ymdh])+")


@dataclass(frozen=True, slots=True)
class RetentionRules:
    """What a policy keeps in each lineage; rules that are None do not apply, the others are ORed.

    These override them: `minimum` points always stay; points older than `max_age` are deleted although a rule
    keeps them; `after_claim_deleted` is how long the rules still apply after a claim is deleted, before all
    but its last points are deleted (None: for ever).
    """

    last: Count | None = None
    hourly: Count | None = None
    daily: Count | None = None
    weekly: Count | None = None
    monthly: Count | None = None
    yearly: Count | None = None
    within: Duration | None = None
    within_hourly: Duration | None = None
    within_daily: Duration | None = None
    within_weekly: Duration | None = None
    within_monthly: Duration | None = None
    within_yearly: Duration | None = None
    max_age: Duration | None = None
    after_claim_deleted: Duration | None = None
    minimum: int = 1


def parse_retention(block: Mapping[str, object]) -> RetentionRules:
    """The rules of a `retention:` block. Raises ValueError, with a message for users, for a block that would
    keep nothing or is invalid: empty, zero, negatives, unknown rules and units.
    """
    if not isinstance(block, Mapping):
        raise ValueError(
            f"{str(block)[:40]!r} is not a block of retention rules such as {{last: 28, daily: 7}}"
        )
    known = {field.name for field in fields(RetentionRules)}
    unknown = sorted(str(name)[:40] for name in set(block) - known)
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: no such retention rule; allowed: {', '.join(sorted(known))}")
    values: dict[str, Any] = {}
    for name, value in block.items():
        try:
            values[name] = parse_rule(name, value)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    check_keeps_something(block)
    return RetentionRules(**values)


def parse_rule(name: str, value: object) -> Count | Duration:
    """The value of one rule. Raises ValueError with a message that does not repeat the rule's name."""
    if name == "minimum":
        return _positive(value, "a whole number of 1 or more")
    if name in COUNT_RULES:
        return "all" if value == "all" else _positive(value, 'a whole number of 1 or more, or "all"')
    return parse_duration(value)


def check_keeps_something(block: Mapping[str, object]) -> None:
    """Raise ValueError for a block in which no rule keeps anything."""
    if not any(block.get(name) is not None for name in KEEP_RULES):
        raise ValueError(f"no rule keeps anything: give at least one of {', '.join(KEEP_RULES)}")


def parse_duration(value: object) -> Duration:
    """Parse a duration such as `1y5m7d2h`. Raises ValueError with a message for users."""
    text = str(value)
    if not isinstance(value, str) or not _DURATION.fullmatch(text):
        raise ValueError(
            f"{text[:40]!r} is not a duration: write numbers of y, m (months), d or h, such as 7d or 1y5m7d2h"
        )
    found = [(_UNITS[unit], int(number)) for number, unit in re.findall(r"([0-9]+)([ymdh])", text)]
    if len({unit for unit, _ in found}) < len(found):
        raise ValueError(f"{text!r} names a unit twice")
    duration = Duration(**dict(found))
    if duration == Duration():
        raise ValueError(f"{text!r} is zero and would keep nothing; leave out the rule instead")
    return duration


def _positive(value: object, allowed: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{str(value)[:40]!r} is not allowed; use {allowed} (or leave out the rule)")
    return value
