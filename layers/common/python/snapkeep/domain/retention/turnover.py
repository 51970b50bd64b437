"""Turnover: the deletions of a steady state, in which new points push older ones out.

On a Monday that is the first of a month, one new point may push out one point of each rule at once. Counting
deletions cannot distinguish that from a mistake, but the plan can: without the new points it would have kept
the points they push out, while a mistake deletes with or without them.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.deletion.brake import LineageChange
from snapkeep.domain.retention.lineages import BUILT_IN, Lineage, LineagePlan, PolicyRetention, plan_lineages
from snapkeep.domain.retention.periods import EVER, PERIODS, back
from snapkeep.domain.retention.rules import KEEP_RULES, RetentionRules

JITTER = 2
"""Runs start late and snapshots queue: points half the schedule's interval apart still count as two runs."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The good points of a lineage, how many are new, and which deletions those account for.

    `going` are the deletions (ids), oldest first; `pushed` are those caused only by the new points. `excused`
    counts the periods that the new points are the first to fill, over all rules; `runs` counts the runs they
    stand for. `aged` is the id of the oldest point that passed `max_age` since the last prune, "" for none.

    With `first_come` new copies push out nothing but themselves, and `runs` counts those that rules keep: a
    source may send any number.
    """

    lineage: str
    points: int
    new: int
    going: tuple[str, ...] = ()
    pushed: frozenset[str] = frozenset()
    excused: int = 0
    runs: int = 0
    aged: str = ""
    first_come: bool = False
    claim_over: bool = False
    built_in: bool = False

    def change(self, going: Collection[str], refused: int = 0) -> LineageChange:
        """The change to the lineage when the good points `going` (ids) are deleted. `refused` other points no
        longer count, because the brake refused to delete them or has let them through before; they do not
        raise the limit.

        New points account for the points they push out, up to one deletion per rule and period, and for one
        deletion per run in any case, because a point may pass `max_age` in the same prune. A point often
        passes it just before the run that replaces it is ready; that deletion is also excused.
        """
        going = set(going)
        pushed = [name for name in self.going if name in self.pushed and name in going][: self.excused]
        others = [name for name in self.going if name in going and name not in set(pushed)]
        more = self.runs if self.first_come else max(0, self.runs - len(pushed))
        beyond = others[more:]
        if self.aged in beyond:
            beyond.remove(self.aged)
        return LineageChange(
            lineage=self.lineage,
            points=self.points - refused,
            new=self.new,
            excused=len(pushed) + len(others) - len(beyond),
            beyond=tuple(beyond),
            claim_over=self.claim_over,
            built_in=self.built_in,
        )


def tallies(
    plans: Sequence[LineagePlan],
    new: Collection[str],
    policies: Mapping[str, PolicyRetention],
    now: datetime,
    since: datetime | None = None,
) -> Iterator[Tally]:
    """The tallies of all lineages of one claim, in order; `new` are the points (ids) since the last prune,
    which was at `since` if known.

    A claim is planned a second time, without its new points, only when there are more deletions than new
    runs.
    """
    known = {**BUILT_IN, **policies}
    good = [_good(plan, now) for plan in plans]
    runs = [_runs(points, new, known.get(plan.policy)) for plan, points in zip(plans, good, strict=True)]
    in_doubt = any(came and len(plan.plan.delete) > came for plan, came in zip(plans, runs, strict=True))
    anyway = _going_anyway(plans, new, policies, now) if in_doubt else set()
    for plan, points, came in zip(plans, good, runs, strict=True):
        going = tuple(gone.point.id for gone in reversed(plan.plan.delete) if gone.point.counts(now))
        policy = known.get(plan.policy)
        if policy and policy.first_come:
            aged = _aged(points, going, policy, since, now) if since else ""
            yield _of_first_come(plan, len(points), new, going, aged)
            continue
        yield Tally(
            lineage=f"{plan.claim}/{plan.policy}",
            points=len(points),
            new=sum(1 for point in points if point.id in new),
            going=going,
            pushed=frozenset(going) - anyway if in_doubt else frozenset(),
            excused=_periods_begun(points, new, policy, now) if in_doubt and policy else 0,
            runs=came,
            aged=_aged(points, going, policy, since, now) if policy and since else "",
            claim_over=plan.claim_over,
            built_in=plan.policy in BUILT_IN,
        )


def _of_first_come(
    plan: LineagePlan, points: int, new: Collection[str], going: tuple[str, ...], aged: str
) -> Tally:
    themselves = frozenset(name for name in going if name in new)
    return Tally(
        lineage=f"{plan.claim}/{plan.policy}",
        points=points,
        new=sum(1 for kept in plan.plan.keep if kept.point.id in new) + len(themselves),
        going=going,
        pushed=themselves,
        excused=len(themselves),
        runs=sum(1 for kept in plan.plan.keep if kept.by_rules and kept.point.id in new),
        aged=aged,
        first_come=True,
    )


def _going_anyway(
    plans: Sequence[LineagePlan], new: Collection[str], policies: Mapping[str, PolicyRetention], now: datetime
) -> set[str]:
    """The points (ids) that would be deleted even without the new points."""
    before = [
        Lineage(
            plan.claim,
            plan.policy,
            [point for point in _points(plan) if point.id not in new],
            plan.gone_since,
        )
        for plan in plans
    ]
    return {gone.point.id for plan in plan_lineages(before, policies, now) for gone in plan.plan.delete}


def _aged(
    points: Sequence[Candidate],
    going: Collection[str],
    policy: PolicyRetention,
    since: datetime,
    now: datetime,
) -> str:
    """The id of the oldest deletion whose point was within `max_age` at the last prune; "" for none."""
    span = policy.rules.max_age
    if not span or not going:
        return ""
    then, today = (back(time.astimezone(policy.zone), span) for time in (since, now))
    found = [point for point in points if then <= point.time < today and point.id in going]
    return min(found, key=lambda point: (point.time, point.id)).id if found else ""


def _runs(points: Sequence[Candidate], new: Collection[str], policy: PolicyRetention | None) -> int:
    """How many runs the new points stand for: points closer together than the schedule count as one.

    A policy that the config does not name deletes nothing, so its points account for nothing.
    """
    return len(_firsts(points, new, policy.spacing / JITTER)) if policy else 0


def _periods_begun(
    points: Sequence[Candidate], new: Collection[str], policy: PolicyRetention, now: datetime
) -> int:
    """How many periods the new points are the first to fill, over all rules in force now."""
    runs = _firsts(points, new, policy.spacing / JITTER)
    sparing = [(earlier.rules, earlier.zone) for earlier in policy.earlier if earlier.spares_at(now)]
    return sum(
        _begun(period, zone, points, new) if period else len(runs)
        for rules, zone in ((policy.rules, policy.zone), *sparing)
        for period in _periods_of(rules)
    )


def _periods_of(rules: RetentionRules) -> Iterator[str]:
    """The period of each rule that is set; "" for rules without one."""
    for name in KEEP_RULES:
        if getattr(rules, name) is not None:
            period = name.removeprefix("within_")
            yield period if period in PERIODS else ""


def _begun(period: str, zone: tzinfo, points: Sequence[Candidate], new: Collection[str]) -> int:
    filled: dict[bool, set[Hashable]] = {True: set(), False: set()}
    for point in points:
        filled[point.id in new].add(PERIODS[period].of(point.time.astimezone(zone)))
    return len(filled[True] - filled[False])


def _firsts(points: Sequence[Candidate], new: Collection[str], apart: timedelta) -> list[Candidate]:
    """The new points that are at least `apart` from the counted point before them."""
    found: list[Candidate] = []
    last = EVER
    for point in sorted(points, key=lambda point: (point.time, point.id)):
        if point.time - last < apart:
            continue
        last = point.time
        if point.id in new:
            found.append(point)
    return found


def _points(plan: LineagePlan) -> Iterator[Candidate]:
    yield from (kept.point for kept in plan.plan.keep)
    yield from (gone.point for gone in plan.plan.delete)


def _good(plan: LineagePlan, now: datetime) -> Sequence[Candidate]:
    return [point for point in _points(plan) if point.counts(now)]
