"""Whether each claim is protected: by which policy, as recently as promised, and if not, why not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from snapkeep.domain.times import moment

ALLOWANCE = timedelta(hours=2)
"""How long after its slot a recovery point may become ready before its claim counts as late: runs are spread
and paced, and the first snapshot of a volume copies all of it."""


class Coverage(StrEnum):
    """Whether a claim is protected."""

    PROTECTED = "protected"
    LATE = "late"
    UNPROTECTED = "unprotected"


@dataclass(frozen=True, slots=True)
class LastGood:
    """The newest recovery point that a claim can be restored from. Times are aware UTC."""

    point_id: str
    policy: str
    slot: datetime


@dataclass(frozen=True, slots=True)
class Promise:
    """What one policy promises a claim, and whether it keeps the promise.

    `missed` is the first slot since the last good point that should have produced one by now; `next_run` is
    None when it is unknown.
    """

    policy: str
    paused: bool
    last_good: LastGood | None
    missed: datetime | None
    next_run: datetime | None


@dataclass(frozen=True, slots=True)
class CoveredClaim:
    """One claim (or volume without a claim) and how it is covered.

    `policy` is the one that decides, `policies` are all that take it.
    """

    namespace: str
    claim: str
    state: Coverage
    reason: str
    policy: str = ""
    last_good: LastGood | None = None
    next_run: datetime | None = None
    policies: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The claim as namespace/name."""
        return f"{self.namespace}/{self.claim}"


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """The claims of a cluster (or of one of its namespaces) by namespace and name, as of `at`."""

    cluster: str
    at: datetime
    claims: tuple[CoveredClaim, ...]

    def count(self, state: Coverage) -> int:
        """How many claims are in a state."""
        return sum(claim.state is state for claim in self.claims)


def covered(namespace: str, claim: str, promises: Sequence[Promise], now: datetime) -> CoveredClaim:
    """The coverage of a claim that policies take: that of the worst active policy."""
    running = [promise for promise in promises if not promise.paused]
    all_of_them = tuple(promise.policy for promise in promises)
    if not running:
        names = ", ".join(all_of_them)
        newest = _newest(promises)
        reason = f"paused: policy {names} takes it but its schedule is disabled{_since(newest)}"
        state = Coverage.UNPROTECTED
        return CoveredClaim(namespace, claim, state, reason, names, newest, policies=all_of_them)
    worst = min(running, key=_how_good)
    state = Coverage.LATE if worst.last_good is None or worst.missed else Coverage.PROTECTED
    return CoveredClaim(
        namespace,
        claim,
        state,
        _reason(worst, now),
        worst.policy,
        worst.last_good,
        worst.next_run,
        all_of_them,
    )


def not_covered(namespace: str, claim: str, reason: str, last_good: LastGood | None) -> CoveredClaim:
    """A claim that no policy takes, with the reason and its last good point from earlier policies."""
    return CoveredClaim(namespace, claim, Coverage.UNPROTECTED, reason + _since(last_good), "", last_good)


def newest(points: Iterable[LastGood]) -> LastGood | None:
    """The newest of these points."""
    return max(points, key=lambda point: (point.slot, point.point_id), default=None)


def _newest(promises: Iterable[Promise]) -> LastGood | None:
    return newest(promise.last_good for promise in promises if promise.last_good)


def _how_good(promise: Promise) -> tuple[bool, bool, float]:
    """Sorts the worst first: never backed up, then late, then the oldest point."""
    slot = promise.last_good.slot.timestamp() if promise.last_good else 0.0
    return promise.last_good is not None, promise.missed is None, slot


def _reason(promise: Promise, now: datetime) -> str:
    good = promise.last_good
    if good is None:
        ahead = f"; policy {promise.policy} runs at {moment(promise.next_run)}" if promise.next_run else ""
        return f"policy {promise.policy} takes it, but it has no ready recovery point yet{ahead}"
    if promise.missed:
        return (
            f"its last good recovery point is {_hours(now - good.slot)} old ({moment(good.slot)}); "
            f"policy {promise.policy} should have taken one at {moment(promise.missed)}"
        )
    return f"policy {promise.policy}; its last good recovery point is {_hours(now - good.slot)} old"


def _since(good: LastGood | None) -> str:
    return f"; its last good recovery point is of {moment(good.slot)}" if good else ""


def _hours(age: timedelta) -> str:
    hours = age / timedelta(hours=1)
    return f"{hours:.0f} h" if hours < 72 else f"{hours / 24:.0f} days"
