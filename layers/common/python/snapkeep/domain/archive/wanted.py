"""Which points of a cluster go to the archive tier, and why the others do not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from snapkeep.domain.archive import refusals
from snapkeep.domain.archive.rules import MOST_ARCHIVED, ArchiveAfter, archived_from, periods_of
from snapkeep.domain.archive.stays import stay_of
from snapkeep.domain.points import PointState
from snapkeep.domain.retention.candidates import ARCHIVE_MINIMUM, Candidate
from snapkeep.domain.retention.lineages import LineagePlan
from snapkeep.domain.retention.plan import Kept
from snapkeep.domain.retention.rules import RetentionRules


@dataclass(frozen=True, slots=True)
class ArchivePolicy:
    """What a policy keeps, and from which age it archives what."""

    rules: RetentionRules
    after: ArchiveAfter


@dataclass(frozen=True, slots=True)
class Wanted:
    """A point (snapshot id) that should be archived if that pays (`BreakEven`).

    `before` and `following` are the snapshots around it in the standard tier, of the same volume; `stay` is
    how long retention keeps it from now on.
    """

    snapshot_id: str
    policy: str
    volume: str
    before: str
    following: str
    stay: timedelta


@dataclass(frozen=True, slots=True)
class NotWanted:
    """A point (snapshot id) of a policy that archives which stays in the standard tier, with the reason."""

    snapshot_id: str
    policy: str
    reason: str


def choose(
    plans: Iterable[LineagePlan],
    policies: Mapping[str, ArchivePolicy],
    now: datetime,
    needed: Mapping[str, str] = MappingProxyType({}),
    moving: Collection[str] = (),
) -> Iterator[Wanted | NotWanted]:
    """What becomes of each ready point of these policies (by name) in the standard tier, oldest first.

    `plans` are those of all lineages of the cluster, because points of any policy can share a volume; the
    points must have all their protections. `needed` says why snapshots (ids) must stay, such as for a copy;
    `moving` are on their way to the archive tier. Archive one snapshot of a volume at a time: then the others
    have new neighbours, and must be chosen again.
    """
    known = [*plans]
    chains = _chains(known, moving)
    for plan in known:
        policy = policies.get(plan.policy)
        if policy is None:
            continue
        for kept in reversed(plan.plan.keep):
            point = kept.point
            if point.archived_at is None and point.state is PointState.READY and point.id not in moving:
                chain = chains.get(point.volume, [])
                yield _judge(kept, plan, policy, chain, needed.get(point.id, ""), now)


def room(plans: Iterable[LineagePlan], moving: Collection[str] = ()) -> dict[str, int]:
    """Volume to how many more of its snapshots EC2 archives."""
    left: dict[str, int] = defaultdict(lambda: MOST_ARCHIVED)
    for point in _points(plans):
        if not point.is_at_hand or point.id in moving:
            left[point.volume] -= 1
    return left


def _judge(
    kept: Kept,
    plan: LineagePlan,
    policy: ArchivePolicy,
    chain: Sequence[Candidate],
    needed: str,
    now: datetime,
) -> Wanted | NotWanted:
    point, stay = kept.point, stay_of(kept, policy.rules, now, plan.gone_since)
    if reason := needed or _why_not(kept, policy, chain, stay, now):
        return NotWanted(point.id, plan.policy, reason)
    at = chain.index(point)
    return Wanted(point.id, plan.policy, point.volume, chain[at - 1].id, chain[at + 1].id, stay)


def _why_not(
    kept: Kept, policy: ArchivePolicy, chain: Sequence[Candidate], stay: timedelta, now: datetime
) -> str:
    """Why the point stays in the standard tier; "" if nothing speaks against archiving it."""
    point = kept.point
    if point.protections:
        return refusals.protected(point.protections)
    if not point.counts(now):
        return refusals.NOT_GOOD
    if point == chain[0]:
        return refusals.FIRST
    periods = periods_of(kept.reasons)
    age = archived_from(periods, policy.after)
    if age is None:
        return refusals.also_kept(kept.reasons, policy.after)
    if now - point.time < age:
        return refusals.too_young(point.time + age)
    if point == chain[-1]:
        return refusals.NEWEST
    return refusals.short_stay(stay) if stay < ARCHIVE_MINIMUM else ""


def _points(plans: Iterable[LineagePlan]) -> Iterator[Candidate]:
    """All points of the plans, also those that go: until they are gone they share blocks with others."""
    for plan in plans:
        yield from (kept.point for kept in plan.plan.keep)
        yield from (dropped.point for dropped in plan.plan.delete)


def _chains(plans: Iterable[LineagePlan], moving: Collection[str]) -> Mapping[str, Sequence[Candidate]]:
    """Volume to its completed snapshots in the standard tier, oldest first."""
    chains: dict[str, list[Candidate]] = defaultdict(list)
    for point in _points(plans):
        if point.state is PointState.READY and point.is_at_hand and point.id not in moving:
            chains[point.volume].append(point)
    for chain in chains.values():
        chain.sort(key=lambda point: (point.time, point.id))
    return chains
