"""Describes a retention in plain words, such as `28 six-hourly points, then 7 dailies, then 6 weeklies`."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain.retention.periods import PERIODS
from snapkeep.domain.retention.rules import COUNT_RULES, DURATION_RULES, Count, Duration, RetentionRules

_NUMBERS = (
    "",
    "",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
_FOREVER = timedelta.max


def in_words(rules: RetentionRules, every: timedelta | None = None) -> str:
    """What a policy keeps, in a sentence.

    When points come at the regular interval `every`, each rule is described by what it adds beyond the finer
    ones. Calendar periods overlap, so counts of weeks and longer are accurate to one point.
    """
    kept = _one_after_the_other(rules, every) if every else _side_by_side(rules)
    return "; ".join([kept, *_limits(rules)])


def whole_for(rules: RetentionRules, every: timedelta) -> timedelta:
    """How long every single point stays before the first may be deleted, if they appear at the interval
    `every`.

    Accurate to one point; `timedelta.max` when none is ever deleted.
    """
    kept = _reach(rules, every).get(every, timedelta())
    if rules.max_age is not None:
        kept = min(kept, length(rules.max_age))
    return max(kept, _times(rules.minimum, every))


def _side_by_side(rules: RetentionRules) -> str:
    """Each rule by itself, because nothing is known about how often points appear."""
    parts: list[str] = []
    if rules.last is not None:
        parts.append("all points" if rules.last == "all" else f"the newest {_many(rules.last, 'point')}")
    counted = [(name, getattr(rules, name)) for name in COUNT_RULES[1:]]
    spans = [(PERIODS[name].noun, count) for name, count in counted if count is not None]
    if spans:
        each = [f"every {noun}" if count == "all" else _many(count, noun) for noun, count in spans]
        parts.append(f"the newest of each of {_listed(each)} (only those that have points count)")
    if rules.within is not None:
        parts.append(f"all points within {rules.within} of the newest")
    for name in DURATION_RULES[1:]:
        span = getattr(rules, name)
        if span is not None:
            noun = PERIODS[name.removeprefix("within_")].noun
            parts.append(f"the newest of each {noun} within {span} of the newest")
    return "keep " + ", ".join(parts)


def _one_after_the_other(rules: RetentionRules, every: timedelta) -> str:
    """From the finest rule to the coarsest, each with what it adds beyond the one before."""
    reach = _reach(rules, every)
    parts: list[str] = []
    covered = timedelta()
    for step in sorted(reach):
        if reach[step] <= covered:
            continue
        number = 0 if reach[step] == _FOREVER else round((reach[step] - covered) / step)
        covered = reach[step]
        if covered == _FOREVER:
            parts.append(
                _adjective(step) + " points for ever" if not parts else f"then {_plural(step)} for ever"
            )
            break
        if number:
            parts.append(_first(number, step) if not parts else f"then {number} {_plural(step, number)}")
    return "keep " + ", ".join(parts)


def _reach(rules: RetentionRules, every: timedelta) -> dict[timedelta, timedelta]:
    """How far back points reach at each interval; no rule can make them closer together than they are
    taken.
    """
    found: dict[timedelta, timedelta] = {}

    def add(reach: timedelta | Count, step: timedelta) -> None:
        step = max(step, every)
        if not isinstance(reach, timedelta):
            reach = _times(reach, step)
        found[step] = max(found.get(step, timedelta()), reach)

    for name in COUNT_RULES:
        if getattr(rules, name) is not None:
            add(getattr(rules, name), _step(name, every))
    for name in DURATION_RULES:
        span: Duration | None = getattr(rules, name)
        if span is not None:
            add(length(span), _step(name, every))
    return found


def _step(rule: str, every: timedelta) -> timedelta:
    """How far apart the points are that a rule keeps; for `last` and `within`, as they are taken."""
    period = PERIODS.get(rule.removeprefix("within_"))
    return period.length if period else every


def _times(count: Count, step: timedelta) -> timedelta:
    try:
        return _FOREVER if count == "all" else step * count
    except OverflowError:
        return _FOREVER


def length(span: Duration) -> timedelta:
    """The approximate length of a calendar span, by mean years and months; `timedelta.max` beyond 1,000
    years."""
    days = 365.2425 * span.years + 365.2425 / 12 * span.months + span.days + span.hours / 24
    return timedelta(days=days) if days < 365_000 else _FOREVER


def _limits(rules: RetentionRules) -> list[str]:
    found = []
    if rules.max_age is not None:
        found.append(f"nothing older than {rules.max_age}")
    if rules.minimum > 1:
        found.append(f"never fewer than {rules.minimum}")
    if rules.after_claim_deleted is not None:
        found.append(f"of a deleted claim for {rules.after_claim_deleted}, then only the last")
    return found


def _first(number: int, step: timedelta) -> str:
    return f"{number} {_adjective(step)} point{'s' if number > 1 else ''}"


def _adjective(step: timedelta) -> str:
    """The adjective for points this far apart: `six-hourly`, `daily`, `two-daily`."""
    for name, period in reversed(PERIODS.items()):
        times = round(step / period.length, 3)
        if times == 1:
            return name
        if times > 1 and times == int(times):
            return f"{_NUMBERS[int(times)] if times < len(_NUMBERS) else int(times)}-{name}"
    return f"{step.total_seconds() / 60:g}-minute"


def _plural(step: timedelta, number: int = 2) -> str:
    """`dailies`, `weeklies`: the adjective as a noun; `daily` for one."""
    adjective = _adjective(step)
    if not adjective.endswith("ly"):
        return f"{adjective} points" if number > 1 else f"{adjective} point"
    return f"{adjective[:-1]}ies" if number > 1 else adjective


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}s" if number > 1 else f"{number} {noun}"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
