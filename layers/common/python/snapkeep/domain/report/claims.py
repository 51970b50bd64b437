"""How each claim is protected: its coverage, failures since, and how old its newest good point may be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from snapkeep.domain.backup.schedule import rate_of
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Schedule
from snapkeep.domain.report.coverage import ALLOWANCE, Coverage, CoveredClaim, LastGood, keeping
from snapkeep.domain.report.points import ReportedPoint
from snapkeep.domain.restore.suggestions import Suggestion
from snapkeep.domain.times import moment

Name = tuple[str, str]
"""Namespace and name of a claim."""

DAYS = 30
"""How many days of a claim's past to report, today included."""


class ClaimState(StrEnum):
    """The state of a claim, worst first."""

    FAILING = "failing"
    UNPROTECTED = "unprotected"
    LATE = "late"
    UNPROTECTABLE = "unprotectable"
    PROTECTED = "protected"
    EXCLUDED = "excluded"
    GONE = "gone"

    @property
    def is_wanting(self) -> bool:
        """True if somebody should act: the claim could be protected as promised, but is not."""
        return self in (ClaimState.FAILING, ClaimState.UNPROTECTED, ClaimState.LATE)


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed backup of a claim, and why it failed."""

    namespace: str
    claim: str
    policy: str
    slot: datetime
    reason: str


class Day(StrEnum):
    """A claim's points on one day. A day is `unknown` if none of its points is left and nobody read its
    runs.
    """

    GOOD = "good"
    FAILED = "failed"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Past:
    """How points ended according to the journal: claim to slots (aware UTC). Nothing up to `since` was
    read.
    """

    good: Mapping[Name, Sequence[datetime]]
    failed: Mapping[Name, Sequence[datetime]]
    since: datetime


@dataclass(frozen=True, slots=True)
class ReportedClaim:
    """One claim with its points, newest first.

    `objective` is how old its newest good point may be under the policy that decides; None if no policy takes
    it, or if it is unknown. `restore` is the command that restores `to_restore`, None if there is none or
    nobody asked for it. `note` says what could not be asked or was lost. `days` are the last `DAYS`, oldest
    first; empty if nobody asked for them.
    """

    namespace: str
    claim: str
    state: ClaimState
    reason: str
    policies: tuple[str, ...]
    last_good: datetime | None
    last_good_id: str
    next_run: datetime | None
    objective: timedelta | None
    points: tuple[ReportedPoint, ...]
    restore: Suggestion | None = None
    note: str = ""
    days: tuple[Day, ...] = ()

    @property
    def to_restore(self) -> str:
        """The id of the point to restore: the last good one, else the newest left by an earlier claim of that
        name; "" without one."""
        left = (point.id for point in self.points if point.state is PointState.READY and not point.archived)
        return self.last_good_id or next(left, "")

    def age(self, now: datetime) -> timedelta | None:
        """How old its newest good point is; None without one."""
        return now - self.last_good if self.last_good else None


def objective(schedule: Schedule, slots: Sequence[datetime]) -> timedelta | None:
    """How old the newest good point of a policy may become: the longest interval between slots plus the time
    a run may take. None when its slots are unknown."""
    step = rate_of(schedule.expression)
    if step is None:
        gaps = [after - before for before, after in pairwise(slots)]
        step = max(gaps, default=None)
    if step is None or not schedule.enabled:
        return None
    return step + ALLOWANCE + timedelta(minutes=schedule.flexible_minutes)


def reported_claims(
    covered: Iterable[CoveredClaim],
    points: Iterable[ReportedPoint],
    failures: Iterable[Failure],
    objectives: Mapping[str, timedelta | None],
) -> list[ReportedClaim]:
    """Every existing claim, and every deleted claim that still has points, worst first."""
    of_claim: dict[Name, list[ReportedPoint]] = defaultdict(list)
    for point in points:
        of_claim[point.namespace, point.claim].append(point)
    failed: dict[Name, list[Failure]] = defaultdict(list)
    for failure in (*failures, *_failed_points(of_claim)):
        failed[failure.namespace, failure.claim].append(failure)
    found = []
    for item in covered:
        name = (item.namespace, item.claim)
        found.append(_claim(item, of_claim.pop(name, []), failed[name], objectives))
    found += [_gone(name, left) for name, left in of_claim.items()]
    order = list(ClaimState)
    return sorted(found, key=lambda claim: (order.index(claim.state), claim.namespace, claim.claim))


def _failed_points(of_claim: Mapping[Name, Sequence[ReportedPoint]]) -> list[Failure]:
    """The failures in EC2: snapshots that ended in an error."""
    return [
        Failure(*name, point.policy, point.slot, point.trouble or "EC2 reports that the snapshot failed")
        for name, points in of_claim.items()
        for point in points
        if point.state is PointState.FAILED
    ]


def _claim(
    item: CoveredClaim,
    points: Sequence[ReportedPoint],
    failures: Iterable[Failure],
    objectives: Mapping[str, timedelta | None],
) -> ReportedClaim:
    failure = _standing(item, points, failures)
    state, reason = ClaimState(item.state.value), item.reason
    if failure and item.state in (Coverage.PROTECTED, Coverage.LATE):
        state = ClaimState.FAILING
        told = failed_at(failure.policy, failure.slot, failure.reason)
        reason = item.reason if told in item.reason else f"{told}; {item.reason}"
    good = item.last_good
    if good is None and any(point.state is PointState.READY for point in points):
        reason += "; ready points of that name are left from an earlier claim or volume"
    return ReportedClaim(
        item.namespace,
        item.claim,
        state,
        reason,
        item.policies,
        good.slot if good else None,
        good.point_id if good else "",
        item.next_run,
        objectives.get(item.policy) if item.policies else None,
        tuple(points),
    )


def failed_at(policy: str, slot: datetime, reason: str) -> str:
    """A failed backup as a sentence."""
    return f"policy {policy} failed at {moment(slot)}: {reason}"


def _standing(
    item: CoveredClaim, points: Sequence[ReportedPoint], failures: Iterable[Failure]
) -> Failure | None:
    """The newest failure of a policy that takes the claim, unless a later point keeps its promise."""
    good = [*item.good, *(LastGood(p.id, p.policy, p.slot) for p in points if p.state is PointState.READY)]
    standing = [
        failure
        for failure in failures
        if failure.policy in item.policies
        and ((last := keeping(failure.policy, good)) is None or failure.slot > last.slot)
    ]
    return max(standing, key=lambda failure: failure.slot, default=None)


def days_of(claim: ReportedClaim, past: Past, timezone: str, now: datetime) -> tuple[Day, ...]:
    """The points on each of the last `DAYS` days, in a time zone: those that are left, and from the journal
    those that retention has deleted since.
    """
    zone, name = ZoneInfo(timezone), (claim.namespace, claim.claim)

    def on(slots: Iterable[datetime]) -> set[date]:
        return {slot.astimezone(zone).date() for slot in slots}

    by_state = {
        state: [point.slot for point in claim.points if point.state is state]
        for state in (PointState.READY, PointState.FAILED)
    }
    good = on([*by_state[PointState.READY], *past.good.get(name, ())])
    failed = on([*by_state[PointState.FAILED], *past.failed.get(name, ())])
    today, unread = now.astimezone(zone).date(), past.since.astimezone(zone).date()

    def brought(day: date) -> Day:
        if day in good:
            return Day.GOOD
        if day in failed:
            return Day.FAILED
        return Day.UNKNOWN if day <= unread else Day.NONE

    return tuple(brought(today - timedelta(days=ago)) for ago in reversed(range(DAYS)))


def _gone(name: Name, points: Sequence[ReportedPoint]) -> ReportedClaim:
    good = [point for point in points if point.state is PointState.READY and not point.archived]
    newest = max(good, key=lambda point: point.slot, default=None)
    many = "1 recovery point is" if len(points) == 1 else f"{len(points)} recovery points are"
    return ReportedClaim(
        *name,
        ClaimState.GONE,
        f"the claim no longer exists in the cluster; {many} left",
        (),
        newest.slot if newest else None,
        newest.id if newest else "",
        None,
        None,
        tuple(points),
    )
