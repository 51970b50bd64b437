"""The plan of a lineage: which recovery points stay and which go, each with the reason.

The keep rules mean exactly what restic's `forget` means by them: they are ORed, each counts the
newest point of every period that has points, and while its count is not used up it keeps the
oldest point, too. Above the rules: only ready points count, the newest `minimum` always stay, and
what is dated in the future is neither counted nor deleted.
https://restic.readthedocs.io/en/stable/060_forget.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from snapkeep.domain.periods import PERIODS, back
from snapkeep.domain.points import PointState
from snapkeep.domain.retention import COUNT_RULES, DURATION_RULES, Duration, RetentionRules
from snapkeep.domain.retention_rules import Rule, count_rule, duration_rule


@dataclass(frozen=True, slots=True)
class Candidate:
    """A point as retention sees it: when its snapshot was started (aware), and what forbids deleting it.

    `protected` is the reason in words: a hold, a lock with its date, an AMI, the archive tier, the
    Recycle Bin; empty when nothing forbids it.
    """

    id: str
    time: datetime
    state: PointState
    protected: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A point that stays, with every reason."""

    point: Candidate
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A point that goes, with why no rule keeps it."""

    point: Candidate
    reason: str


@dataclass(frozen=True, slots=True)
class RetentionPlan:
    """What becomes of every point of one lineage, newest first."""

    keep: tuple[Kept, ...]
    delete: tuple[Dropped, ...]


@dataclass(frozen=True, slots=True)
class Shield:
    """What outlives the rules. `newer_elsewhere` is the newest ready point of the claim under any policy.

    A scheduled lineage always keeps its last ready point; one of a built-in policy may lose it once
    the claim has a newer ready one elsewhere.
    """

    builtin: bool = False
    newer_elsewhere: datetime | None = None


def plan(
    points: Iterable[Candidate],
    rules: RetentionRules,
    zone: tzinfo,
    now: datetime,
    shield: Shield | None = None,
) -> RetentionPlan:
    """The plan of one lineage: pure, whatever the order of the points.

    `zone` cuts the periods; `now` (aware) judges what is in the future and `max_age`.
    """
    ordered = sorted(points, key=lambda point: (point.time, point.id), reverse=True)
    ready = [point for point in ordered if point.state is PointState.READY and point.time <= now]
    decided = _Ready(ready, rules, zone, now, shield or Shield()).decide()
    newest_ready = ready[0].time if ready else None
    keep: list[Kept] = []
    delete: list[Dropped] = []
    for point in ordered:
        if point.time > now:
            fate: Kept | Dropped = Kept(point, ("dated in the future: neither counted nor deleted",))
        elif point.state is PointState.READY:
            fate = decided[point.id]
        else:
            fate = _unready(point, newest_ready)
        if isinstance(fate, Dropped) and point.protected:
            fate = Kept(point, (point.protected,))
        if isinstance(fate, Kept):
            keep.append(fate)
        else:
            delete.append(fate)
    return RetentionPlan(tuple(keep), tuple(delete))


def _unready(point: Candidate, newest_ready: datetime | None) -> Kept | Dropped:
    """Points that do not count: failed ones go once a newer ready one exists, the others stay."""
    if point.state is not PointState.FAILED:
        return Kept(point, (f"{point.state.public}: only ready points count",))
    if newest_ready is not None and newest_ready > point.time:
        return Dropped(point, "failed, and a newer ready point exists")
    return Kept(point, ("failed, but no newer point is ready yet",))


class _Ready:
    """Decides about the ready points of a lineage, newest first."""

    def __init__(
        self,
        points: Sequence[Candidate],
        rules: RetentionRules,
        zone: tzinfo,
        now: datetime,
        shield: Shield,
    ) -> None:
        self.points = points
        self.zone = zone
        self.minimum = rules.minimum
        self.shield = shield
        self.oldest_allowed = back(now.astimezone(zone), rules.max_age) if rules.max_age else None
        self.max_age = rules.max_age
        self.rules = _rules(rules, points[0].time.astimezone(zone)) if points else []

    def decide(self) -> dict[str, Kept | Dropped]:
        """The fate of each point, by id."""
        final = len(self.points) - 1
        return {
            point.id: self._fate(number, point, number == final) for number, point in enumerate(self.points)
        }

    def _fate(self, number: int, point: Candidate, is_oldest: bool) -> Kept | Dropped:
        too_old = self.oldest_allowed is not None and point.time < self.oldest_allowed
        reasons = [] if too_old else self._reasons(point, is_oldest)
        guard = self._guard(number, point)
        if guard:
            reasons.append(guard)
        if reasons:
            return Kept(point, tuple(reasons))
        return Dropped(point, f"older than max_age {self.max_age}" if too_old else self._why_not(point))

    def _reasons(self, point: Candidate, is_oldest: bool) -> list[str]:
        live = [rule for rule in self.rules if rule.is_open(point.time)]
        if not live:
            return []
        local = point.time.astimezone(self.zone)
        return [reason for rule in live if (reason := rule.keeps(local, is_oldest))]

    def _guard(self, number: int, point: Candidate) -> str:
        """Why the point stays whatever the rules say; "" when it may go."""
        if self.shield.builtin:
            newer = self.shield.newer_elsewhere
            alone = number == 0 and (newer is None or newer <= point.time)
            return "the claim has no newer ready point" if alone else ""
        if number == 0 and self.minimum == 1:
            return "newest ready point of its lineage"
        return f"minimum {number + 1}/{self.minimum}" if number < self.minimum else ""

    def _why_not(self, point: Candidate) -> str:
        return "no rule keeps it: " + "; ".join(rule.why_not(point.time) for rule in self.rules)


def _rules(rules: RetentionRules, newest: datetime) -> list[Rule]:
    """The rules that apply, in their order; durations count back from the newest point (local, aware)."""
    found = []
    for name in COUNT_RULES:
        count = getattr(rules, name)
        if count is not None:
            found.append(count_rule(name, count, PERIODS.get(name)))
    for name in DURATION_RULES:
        span: Duration | None = getattr(rules, name)
        if span is not None:
            period = name.removeprefix("within").removeprefix("_")
            found.append(duration_rule(period, span, back(newest, span), PERIODS.get(period)))
    return found
