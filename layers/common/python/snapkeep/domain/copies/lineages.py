"""Which rule applies to which copies: the policy's own to its points, and each `also` to built-in ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from snapkeep.domain.copies.rules import CopyRule, Every, Period
from snapkeep.domain.policies import RESERVED_NAMES, Deployment, Policy
from snapkeep.domain.retention.lineages import PolicyRetention
from snapkeep.domain.retention.rules import COUNT_RULES, DURATION_RULES, parse_duration
from snapkeep.domain.retention.spacing import shortest_distance
from snapkeep.domain.retention.words import length

SPANS = {Period.DAY: timedelta(days=1), Period.WEEK: timedelta(weeks=1)}
KEEP_ALL: Mapping[str, int | str] = {"last": "all"}
"""What a place keeps of a built-in policy that no rule names any more: everything, because nothing says what
may go.
"""


def rule_to(policy: Policy, place: str) -> CopyRule | None:
    """The policy's rule for a place, or None when its points are not copied there."""
    return next((rule for rule in policy.copies if rule.to == place), None)


def policies_there(deployment: Deployment, place: str) -> dict[str, Policy]:
    """The policies as they apply to copies in a place: each with the retention and lock of its rule.

    Of a built-in policy, everything stays that any rule naming it keeps. If no rule names it, everything
    stays, because its retention of points says nothing about copies. Other policies whose points are not
    copied there are absent.
    """
    found: dict[str, Policy] = {}
    also: dict[str, list[Policy]] = {name: [] for name in sorted(RESERVED_NAMES)}
    for policy in deployment.policies:
        rule = rule_to(policy, place)
        if rule is None:
            continue
        found[policy.name] = replace(policy, retention=rule.retention, lock=rule.lock, copies=(rule,))
        for name in rule.also:
            also[name].append(found[policy.name])
    for name, some in also.items():
        usual = next(iter(some or deployment.policies), None)
        if usual is not None:
            block = _united([policy.retention for policy in some]) if some else KEEP_ALL
            found[name] = replace(usual, name=name, retention=block)
    return found


def spaced(retention: PolicyRetention, every: Every) -> PolicyRetention:
    """A policy's retention with the interval at which a rule copies its points."""
    spacing = _spacing(retention.spacing, every)
    return replace(retention, spacing=spacing if retention.spacing else timedelta())


def spacing_there(policy: Policy, place: str) -> timedelta:
    """The shortest interval between two copies of a claim's points in a place."""
    rule = rule_to(policy, place)
    return _spacing(shortest_distance(policy.schedule), rule.every if rule else Every())


def _spacing(of_points: timedelta, every: Every) -> timedelta:
    return max(of_points * every.number, SPANS.get(every.period, timedelta()))


def _united(blocks: Sequence[Mapping[str, int | str]]) -> Mapping[str, int | str]:
    """The rules that keep whatever any of the blocks keeps."""
    united: dict[str, int | str] = {}
    for block in blocks:
        for name, value in block.items():
            if name in (*COUNT_RULES, "minimum"):
                united[name] = _larger(united.get(name, value), value)
            elif name in DURATION_RULES or all(name in other for other in blocks):
                united[name] = max(str(united.get(name, value)), str(value), key=_span)
    return united


def _larger(one: int | str, other: int | str) -> int | str:
    return "all" if "all" in (one, other) else max(int(one), int(other))


def _span(text: str) -> timedelta:
    return length(parse_duration(text))
