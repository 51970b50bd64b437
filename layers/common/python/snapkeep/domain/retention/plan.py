"""The plan of a lineage: which recovery points stay and which are deleted, each with the reason.

The keep rules mean exactly what they mean in restic's `forget`: they are ORed, each counts the newest point
of every period that has points, and until it is filled it also keeps the oldest point. Beyond the rules: only
ready points count, the newest `minimum` always stay, points dated in the future are neither counted nor
deleted, and archived points stay while EC2 bills them anyway.
https://restic.readthedocs.io/en/stable/060_forget.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import chain, islice, repeat

from snapkeep.domain.archive.keeping import billed_anyway, ranks
from snapkeep.domain.points import PointState
from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.keep_rules import KeepRules
from snapkeep.domain.retention.periods import EVER, back
from snapkeep.domain.retention.rules import RetentionRules
from snapkeep.domain.times import moment
from snapkeep.domain.vault.first_come import FirstCome

GRACE = timedelta(hours=72)
"""How long points that only the earlier rules keep are spared after retention was lowered."""

MISSED_SLOTS = 2
"""A lineage is overdue when its newest good point is older than this many slot intervals."""

AGE_WAITS = "spared by max_age "
"""The beginning of the reason for a point that is past `max_age` but spared because its claim's backups
fail."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A point that stays, with every reason.

    `by_rules` says that the rules in force keep it, not just a grace period, failing backups or being the
    last one.
    """

    point: Candidate
    reasons: tuple[str, ...]
    by_rules: bool = False


@dataclass(frozen=True, slots=True)
class Dropped:
    """A point to delete, with the reason why no rule keeps it."""

    point: Candidate
    reason: str


@dataclass(frozen=True, slots=True)
class RetentionPlan:
    """The fate of every point of one lineage, newest first."""

    keep: tuple[Kept, ...]
    delete: tuple[Dropped, ...]


@dataclass(frozen=True, slots=True)
class Earlier:
    """Rules that were in force, in their zone, until others replaced them (aware).

    Points after `counts_until` (aware) do not push out points that these rules keep, because the policy's
    schedule has become faster. None while it has not.
    """

    rules: RetentionRules
    zone: tzinfo
    until: datetime
    grace: timedelta = GRACE
    counts_until: datetime | None = None

    def spares_at(self, now: datetime) -> bool:
        """True while the points that these rules keep are spared."""
        return now < self.until + self.grace


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Further facts that decide about a lineage.

    `newer_elsewhere` is the newest good point of the claim under any other policy: a point of a `builtin`
    policy may be deleted once there is a newer one, while a scheduled lineage always keeps its last. Times
    are aware; `gone_since` is when the claim was found deleted. `spacing` is the shortest interval between
    two slots, zero when unknown: then no backup ever counts as late. With `first_come` the copies that came
    first in a vault count (`first_come`).
    """

    builtin: bool = False
    newer_elsewhere: datetime | None = None
    gone_since: datetime | None = None
    earlier: tuple[Earlier, ...] = ()
    spacing: timedelta = timedelta()
    first_come: bool = False


def plan(
    points: Iterable[Candidate],
    rules: RetentionRules,
    zone: tzinfo,
    now: datetime,
    circumstances: Circumstances | None = None,
) -> RetentionPlan:
    """The plan of one lineage, whatever the order of the points.

    Periods are those of `zone`; `now` (aware) decides what is in the future, too old, or in its grace period.
    """
    given = circumstances or Circumstances()
    ordered = sorted(points, key=lambda point: (point.time, point.id), reverse=True)
    good = [point for point in ordered if point.counts(now)]
    newest = _newest(good, given)
    age_from = newest if _is_overdue(ordered, newest, given, now) else now
    decided = _decide(good, rules, zone, now, given, age_from)
    keep: list[Kept] = []
    delete: list[Dropped] = []
    for point in ordered:
        fate = next(decided) if point.counts(now) else _uncounted(point, newest, now)
        if point.protections:
            kept = fate if isinstance(fate, Kept) else Kept(point, ())
            protected = (protection.reason for protection in point.protections)
            fate = replace(kept, reasons=(*kept.reasons, *protected))
        if isinstance(fate, Kept):
            keep.append(fate)
        else:
            delete.append(fate)
    return RetentionPlan(tuple(keep), tuple(delete))


def claim_is_over(rules: RetentionRules, zone: tzinfo, gone_since: datetime | None, now: datetime) -> bool:
    """True once a claim has been gone for longer than `after_claim_deleted`."""
    span = rules.after_claim_deleted
    if gone_since is None or span is None:
        return False
    return gone_since <= back(now.astimezone(zone), span)


def _is_overdue(points: Sequence[Candidate], newest: datetime, given: Circumstances, now: datetime) -> bool:
    """True while backups of an existing claim fail or are late: `max_age` must not delete any of its points
    then."""
    if given.gone_since is not None or given.builtin or not given.spacing:
        return False
    trouble = any(
        point.late or point.state is PointState.FAILED for point in points if newest < point.time <= now
    )
    return trouble or now - newest > MISSED_SLOTS * given.spacing


def _newest(good: Sequence[Candidate], given: Circumstances) -> datetime:
    """The time of the newest good point that the lineage is measured by; EVER when there is none."""
    own = good[0].time if good else EVER
    return max(own, given.newer_elsewhere) if given.builtin and given.newer_elsewhere else own


def _uncounted(point: Candidate, newest: datetime, now: datetime) -> Kept | Dropped:
    """The fate of a point that does not count: it stays, but a failed one is deleted once a newer good one
    exists."""
    if point.time > now:
        return Kept(point, ("dated in the future: neither counted nor deleted",))
    if point.state is PointState.FAILED:
        if newest > point.time:
            return Dropped(point, "failed, and a newer ready point exists")
        return Kept(point, ("failed, but no newer point is ready yet",))
    if point.state is PointState.DELETING:
        return Kept(point, ("deleting: its deletion is under way",))
    if point.state is PointState.READY:
        return Kept(point, ())
    if point.late:
        return Kept(point, ("late: pending for too long; only ready points count",))
    return Kept(point, ("pending: only ready points count",))


def _decide(
    good: Sequence[Candidate],
    rules: RetentionRules,
    zone: tzinfo,
    now: datetime,
    given: Circumstances,
    age_from: datetime,
) -> Iterator[Kept | Dropped]:
    """The fates of the good points, in their order."""
    if not good:
        return iter(())
    newest = _newest(good, given)
    fates = _Judge(rules, zone, now, given, newest, age_from).judge(good)
    for earlier in given.earlier:
        if earlier.spares_at(now):
            there = [point for point in good if _counted_then(point, earlier)]
            last = newest if len(there) == len(good) else _newest(there, given)
            before = _Judge(earlier.rules, earlier.zone, now, given, last, age_from).judge(there)
            came_since = islice(fates, len(good) - len(there))
            fates = chain(came_since, map(_spare, fates, before, repeat(earlier)))
    return fates


def _counted_then(point: Candidate, earlier: Earlier) -> bool:
    return earlier.counts_until is None or point.time <= earlier.counts_until


def _spare(fate: Kept | Dropped, before: Kept | Dropped, earlier: Earlier) -> Kept | Dropped:
    """Keep a point that only the earlier rules keep, because their grace has not ended."""
    if isinstance(fate, Kept) or isinstance(before, Dropped):
        return fate
    end = moment(earlier.until + earlier.grace)
    words = ", ".join(before.reasons)
    return Kept(fate.point, (f"grace until {end}: {words} by the rules before {moment(earlier.until)}",))


class _Judge:
    """Decides about a lineage's good points by one set of rules."""

    def __init__(
        self,
        rules: RetentionRules,
        zone: tzinfo,
        now: datetime,
        given: Circumstances,
        newest: datetime,
        age_from: datetime,
    ) -> None:
        here = now.astimezone(zone)
        self.rules = rules
        self.given = given
        self.here = here
        self.too_old = back(age_from.astimezone(zone), rules.max_age) if rules.max_age else EVER
        self.aged = back(here, rules.max_age) if rules.max_age else EVER
        self.newest = newest
        self.claim_over = self._claim_over()

    def judge(self, good: Sequence[Candidate]) -> Iterator[Kept | Dropped]:
        """The fates, newest first."""
        oldest = len(good) - 1
        by = self._keep_rules(good)
        ranked = zip(ranks(good), good, strict=True)
        return (self._fate(by, *each, place == oldest) for place, each in enumerate(ranked))

    def _keep_rules(self, good: Sequence[Candidate]) -> KeepRules | FirstCome:
        if self.given.first_come:
            return FirstCome(self.rules, self.here, good)
        return KeepRules(self.rules, self.here.tzinfo or UTC, self.newest)

    def _fate(
        self, keep_rules: KeepRules | FirstCome, number: int, point: Candidate, is_oldest: bool
    ) -> Kept | Dropped:
        ended = self._ended(point)
        reasons = [] if ended else keep_rules.reasons(point, is_oldest)
        spared = self.too_old <= point.time < self.aged and not self.claim_over
        by_rules = (bool(reasons) and not spared) or number < self.rules.minimum > 1
        if number < self.rules.minimum:
            reasons += self._guard(number, point, bool(reasons))
        if reasons and spared:
            reasons.append(
                f"{AGE_WAITS}{self.rules.max_age}: no newer point has become ready since "
                f"{moment(self.newest)}"
            )
        if reasons:
            return Kept(point, tuple(reasons), by_rules)
        return self._expired(point, ended or keep_rules.why_not(point))

    def _expired(self, point: Candidate, reason: str) -> Kept | Dropped:
        """The fate of a point that no rule keeps: an archived one stays while EC2 bills it anyway, but
        `max_age` is a promise."""
        billed = billed_anyway(point, self.here)
        if billed and point.time >= self.too_old:
            return Kept(point, (f"{billed} whether it stays or not ({reason})",))
        return Dropped(point, f"{reason}; {billed} all the same" if billed else reason)

    def _ended(self, point: Candidate) -> str:
        """Why no rule may keep the point any more; "" while they may."""
        if self.claim_over:
            return self.claim_over
        return f"older than max_age {self.rules.max_age}" if point.time < self.too_old else ""

    def _claim_over(self) -> str:
        """Why the points of a deleted claim expire; "" while the rules still apply."""
        since, here = self.given.gone_since, self.here
        if since is None or not claim_is_over(self.rules, here.tzinfo or UTC, since, here):
            return ""
        span = self.rules.after_claim_deleted
        return f"its claim has been gone since {moment(since)}: after_claim_deleted {span} has passed"

    def _guard(self, number: int, point: Candidate, is_kept: bool) -> list[str]:
        """Why one of the newest `minimum` points stays whatever the rules say."""
        if self.rules.minimum > 1:
            return [f"minimum {number + 1}/{self.rules.minimum}"]
        if is_kept:
            return []
        if not self.given.builtin:
            return ["last ready point of its lineage"]
        newer = self.given.newer_elsewhere
        return [] if newer and newer > point.time else ["last ready point of its claim"]
