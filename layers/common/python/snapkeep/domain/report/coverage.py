"""Whether each claim is protected: by which policy, how recently, and if not, why not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from snapkeep.domain.backup.protectability import UNPROTECTABLE, Code
from snapkeep.domain.backup.selection import SkippedClaim
from snapkeep.domain.claims import ScratchVolume
from snapkeep.domain.copies.view.standing import CopiedTo, PlaceHolds
from snapkeep.domain.objects.view.wholeness import NamespaceStands
from snapkeep.domain.policies import RESERVED_NAMES
from snapkeep.domain.proof.shown import ShownCheck
from snapkeep.domain.proof.summary import UNASKED, ChecksSummary
from snapkeep.domain.report.acceptances import Acceptance
from snapkeep.domain.times import moment

ALLOWANCE = timedelta(hours=2)
"""How long after its slot a recovery point may become ready before its claim counts as late: runs are spread
and paced, and the first snapshot of a volume copies all of it."""


class Coverage(StrEnum):
    """Whether a claim is protected.

    Nothing here can back up an `unprotectable` claim. An `excluded` one needs no backup according to its
    owner (by a label) or the config (by `accept`).
    """

    PROTECTED = "protected"
    LATE = "late"
    UNPROTECTED = "unprotected"
    UNPROTECTABLE = "unprotectable"
    EXCLUDED = "excluded"

    @property
    def is_wanting(self) -> bool:
        """True if somebody should act: a policy could protect the claim, but does not."""
        return self in (Coverage.LATE, Coverage.UNPROTECTED)


@dataclass(frozen=True, slots=True)
class LastGood:
    """The newest recovery point that a claim can be restored from. Times are aware UTC."""

    point_id: str
    policy: str
    slot: datetime


@dataclass(frozen=True, slots=True)
class Promise:
    """What one policy promises a claim, and whether it keeps the promise.

    `last_good` is the newest point that keeps it (see `keeping`). `missed` is the first slot since then that
    should have produced one by now; `next_run` is None when it is unknown.
    """

    policy: str
    paused: bool
    last_good: LastGood | None
    missed: datetime | None
    next_run: datetime | None


@dataclass(frozen=True, slots=True)
class CoveredClaim:
    """One claim (or volume without a claim) and how it is covered.

    `policy` is the one that decides, `policies` are all that take it. `good` holds the newest good point of
    each policy, also of those that are built in or do not take it any more. `copies` says how the claim (its
    UID is `uid`) stands in each place that its policies copy to, `check` how its newest good point stands;
    None without one, and where points are not checked.
    """

    namespace: str
    claim: str
    state: Coverage
    reason: str
    policy: str = ""
    good: tuple[LastGood, ...] = ()
    next_run: datetime | None = None
    policies: tuple[str, ...] = ()
    uid: str = ""
    copies: tuple[CopiedTo, ...] = ()
    check: ShownCheck | None = None

    @property
    def last_good(self) -> LastGood | None:
        """The newest point that the claim can be restored from, under any policy."""
        return newest(self.good)

    @property
    def name(self) -> str:
        """The claim as namespace/name."""
        return f"{self.namespace}/{self.claim}"


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """The claims of a cluster (or of one of its namespaces) by namespace and name, as of `at`.

    `unasked` says what could not be asked, "" when the claims are those that the cluster has now. `gone` are
    claims (namespace/name) that it no longer has and whose good points remain. `copies_unasked` names places
    that did not answer, `places` says what the others hold, `checks` how points stand that were looked into.
    `namespaces` says which are restorable whole, where a policy saves objects; `objects_unasked` why nobody
    knows.
    """

    cluster: str
    at: datetime
    claims: tuple[CoveredClaim, ...]
    unasked: str = ""
    gone: frozenset[str] = frozenset()
    copies_unasked: str = ""
    places: tuple[PlaceHolds, ...] = ()
    checks: ChecksSummary = UNASKED
    namespaces: tuple[NamespaceStands, ...] = ()
    objects_unasked: str = ""

    @property
    def copies_late(self) -> int:
        """How many claims have copies that somebody has something to do about."""
        return sum(any(copy.is_late for copy in claim.copies) for claim in self.claims)

    def count(self, state: Coverage) -> int:
        """The number of claims in a state."""
        return sum(claim.state is state for claim in self.claims)


def covered(
    namespace: str, claim: str, promises: Sequence[Promise], good: Iterable[LastGood], now: datetime
) -> CoveredClaim:
    """The coverage of a claim that policies take: that of the worst active policy.

    `good` holds the claim's newest good point under each policy.
    """
    found = tuple(good)
    running = [promise for promise in promises if not promise.paused]
    all_of_them = tuple(promise.policy for promise in promises)
    if not running:
        names = ", ".join(all_of_them)
        reason = f"paused: policy {names} takes it but its schedule is disabled{_since(newest(found))}"
        state = Coverage.UNPROTECTED
        return CoveredClaim(namespace, claim, state, reason, names, found, policies=all_of_them)
    worst = min(running, key=_how_good)
    state = Coverage.LATE if worst.last_good is None or worst.missed else Coverage.PROTECTED
    reason = _reason(worst, newest(found), now)
    return CoveredClaim(namespace, claim, state, reason, worst.policy, found, worst.next_run, all_of_them)


def not_covered(
    left: SkippedClaim,
    good: Iterable[LastGood] = (),
    acceptance: Acceptance | None = None,
    now: datetime | None = None,
) -> CoveredClaim:
    """A claim (or scratch volume) that no policy takes, with the reason and its good points from other
    policies.

    `acceptance` is the config's, which counts unless it has ended by `now`.
    """
    found, subject = tuple(good), left.subject
    name = f"{subject.pod}:{subject.volume}" if isinstance(subject, ScratchVolume) else subject.name
    state, reason = _state_of(left.code), left.reason
    if acceptance and state is not Coverage.EXCLUDED:
        if now and acceptance.has_ended(now):
            reason = f"{reason}; the config accepted that until {acceptance.until} ({acceptance.reason})"
        else:
            until = f" until {acceptance.until}" if acceptance.until else ""
            state, reason = Coverage.EXCLUDED, f"accepted{until}: {acceptance.reason} ({reason})"
    return CoveredClaim(subject.namespace, name, state, reason + _since(newest(found)), good=found)


def _state_of(code: Code) -> Coverage:
    if code is Code.EXCLUDED:
        return Coverage.EXCLUDED
    return Coverage.UNPROTECTABLE if code in UNPROTECTABLE else Coverage.UNPROTECTED


def newest(points: Iterable[LastGood]) -> LastGood | None:
    """The newest of these points."""
    return max(points, key=lambda point: (point.slot, point.point_id), default=None)


def keeping(policy: str, good: Iterable[LastGood]) -> LastGood | None:
    """The newest point that keeps a policy's promise: its own, or one taken on demand or before a node died.

    Points of other scheduled policies do not count, because they are kept for a different time.
    """
    return newest(point for point in good if point.policy in (policy, *RESERVED_NAMES))


def _how_good(promise: Promise) -> tuple[bool, bool, float]:
    """Sort key, worst first: never backed up, then late, then the oldest point."""
    slot = promise.last_good.slot.timestamp() if promise.last_good else 0.0
    return promise.last_good is not None, promise.missed is None, slot


def _reason(promise: Promise, last: LastGood | None, now: datetime) -> str:
    """Why the claim is in its state; `last` is its newest good point under any policy."""
    good, policy = promise.last_good, promise.policy
    if good is None:
        ahead = f"; policy {policy} runs at {moment(promise.next_run)}" if promise.next_run else ""
        if last:
            return f"policy {policy} takes it, but has no ready recovery point of it yet{ahead}{_since(last)}"
        return f"policy {policy} takes it, but it has no ready recovery point yet{ahead}"
    last = last or good
    by = "" if last.policy == policy else f" (policy {last.policy})"
    old = f"its last good recovery point{by} is {_age(now - last.slot)} old"
    if promise.missed:
        return (
            f"{old} ({moment(last.slot)}); policy {policy} should have taken one at {moment(promise.missed)}"
        )
    return f"policy {policy}; {old}"


def _since(good: LastGood | None) -> str:
    return f"; its last good recovery point is of {moment(good.slot)}" if good else ""


def _age(age: timedelta) -> str:
    hours = age / timedelta(hours=1)
    if hours < 1:
        return f"{max(0, age // timedelta(minutes=1))} min"
    return f"{hours:.0f} h" if hours < 72 else f"{hours / 24:.0f} days"
