"""Turnover: which deletions are the steady state, because new points push older ones out.

On a Monday that is the first of a month one new point may push out one point of each rule at once.
Counting deletions alone cannot tell that from a slip, but the plan can: without the new points it
would have kept what they push out, while a slip deletes with or without them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from snapkeep.domain.brake import Load
from snapkeep.domain.lineages import BUILT_IN, Lineage, LineagePlan, PolicyRetention, plan_lineages
from snapkeep.domain.retention import KEEP_RULES, RetentionRules
from snapkeep.domain.retention_points import Candidate

IsNew = Callable[[Candidate], bool]


@dataclass(frozen=True, slots=True)
class Tally:
    """The good points of a lineage, how many are new, and which ones those push out.

    Each new point excuses at most one deletion of each rule (`excused` in all): one point after a
    long outage may push out a whole window of `within`, and that is for the brake to see.
    """

    lineage: str
    points: int
    new: int
    pushed: frozenset[str] = frozenset()
    excused: int = 0
    claim_over: bool = False

    def load(self, going: Collection[str]) -> Load:
        """What it means for the lineage when these of its good points (ids) go."""
        pushed = min(self.excused, sum(1 for name in going if name in self.pushed))
        return Load(self.lineage, self.points, self.new, len(going), pushed, self.claim_over)


def tallies(
    plans: Sequence[LineagePlan], is_new: IsNew, policies: Mapping[str, PolicyRetention], now: datetime
) -> Iterator[Tally]:
    """The tallies of all lineages of one claim, in their order.

    A claim is planned a second time, without its new points, only when more goes than came.
    """
    news = [sum(1 for point in _good(plan, now) if is_new(point)) for plan in plans]
    in_doubt = any(new and len(plan.plan.delete) > new for plan, new in zip(plans, news, strict=True))
    anyway = _going_anyway(plans, is_new, policies, now) if in_doubt else set()
    known = {**BUILT_IN, **policies}
    for plan, new in zip(plans, news, strict=True):
        pushed = frozenset(gone.point.id for gone in plan.plan.delete) - anyway if in_doubt else frozenset()
        rules = _rules_in_force(known[plan.policy], now) if plan.policy in known else 0
        points = sum(1 for _ in _good(plan, now))
        name = f"{plan.claim}/{plan.policy}"
        yield Tally(name, points, new, pushed, new * rules, plan.claim_over)


def _going_anyway(
    plans: Sequence[LineagePlan], is_new: IsNew, policies: Mapping[str, PolicyRetention], now: datetime
) -> set[str]:
    """What would go if the new points had not come."""
    before = [
        Lineage(
            plan.claim, plan.policy, [point for point in _points(plan) if not is_new(point)], plan.gone_since
        )
        for plan in plans
    ]
    return {gone.point.id for plan in plan_lineages(before, policies, now) for gone in plan.plan.delete}


def _rules_in_force(policy: PolicyRetention, now: datetime) -> int:
    """How many keep rules hold points now, those in their grace included."""
    sparing = [earlier.rules for earlier in policy.earlier if earlier.spares_at(now)]
    return sum(_keep_rules(rules) for rules in (policy.rules, *sparing))


def _keep_rules(rules: RetentionRules) -> int:
    return sum(1 for name in KEEP_RULES if getattr(rules, name) is not None)


def _points(plan: LineagePlan) -> Iterator[Candidate]:
    yield from (kept.point for kept in plan.plan.keep)
    yield from (gone.point for gone in plan.plan.delete)


def _good(plan: LineagePlan, now: datetime) -> Iterable[Candidate]:
    return (point for point in _points(plan) if point.counts(now))
