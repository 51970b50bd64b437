"""Retention across lineages: planned one after the other, the lineages of a claim together.

A claim's points under one policy affect the others: points of the built-in policies may be deleted once
the claim has a newer good one under any policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import groupby

from snapkeep.domain.policies import RESERVED_NAMES
from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.plan import Circumstances, Earlier, Kept, RetentionPlan, claim_is_over, plan
from snapkeep.domain.retention.rules import Duration, RetentionRules

ORPHANED = "orphaned policy"
"""The reason for keeping points whose policy the config no longer names: they are never deleted
automatically."""


@dataclass(frozen=True, slots=True)
class PolicyRetention:
    """The rules of a policy, the time zone of its periods, and its earlier rules (in any order).

    `spacing` is the shortest interval between two of its slots, zero where it has no schedule. With
    `first_come` the copies that came first in a vault count.
    """

    rules: RetentionRules
    zone: tzinfo = UTC
    earlier: tuple[Earlier, ...] = ()
    spacing: timedelta = timedelta()
    first_come: bool = False


BUILT_IN: Mapping[str, PolicyRetention] = {
    "interruption": PolicyRetention(RetentionRules(last=3, within=Duration(days=7))),
    "on-demand": PolicyRetention(RetentionRules(within=Duration(days=30))),
}
"""What the built-in policies keep unless the config says otherwise."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """All points of one claim (its UID) under one policy, in any order.

    `gone_since` (aware) is when the claim was found deleted; None while it exists.
    """

    claim: str
    policy: str
    points: Sequence[Candidate]
    gone_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class LineagePlan:
    """The retention plan of one lineage.

    `claim_over` says that its claim has been gone for so long that only its last points stay.
    """

    claim: str
    policy: str
    plan: RetentionPlan
    gone_since: datetime | None = None
    claim_over: bool = False


def plan_lineages(
    lineages: Iterable[Lineage], policies: Mapping[str, PolicyRetention], now: datetime
) -> Iterator[LineagePlan]:
    """The plans, in the order of the lineages; only those of one claim are in memory at a time.

    `policies` are those the config names; built-in ones default to `BUILT_IN`. Raises ValueError if the
    lineages of a claim are not adjacent, because they can only be judged together.
    """
    known = {**BUILT_IN, **policies}
    seen: set[str] = set()
    for claim, group in groupby(lineages, key=lambda lineage: lineage.claim):
        if claim in seen:
            raise ValueError(f"claim {claim}: its lineages must come one after the other")
        seen.add(claim)
        yield from _plan_claim(list(group), known, now)


def _plan_claim(
    lineages: Sequence[Lineage], policies: Mapping[str, PolicyRetention], now: datetime
) -> Iterator[LineagePlan]:
    newest = [_newest_good(lineage, now) for lineage in lineages]
    for number, lineage in enumerate(lineages):
        elsewhere = [time for time in (*newest[:number], *newest[number + 1 :]) if time]
        policy = policies.get(lineage.policy)
        yield LineagePlan(
            lineage.claim,
            lineage.policy,
            _plan_one(lineage, policy, max(elsewhere, default=None), now) if policy else _orphaned(lineage),
            lineage.gone_since,
            policy is not None and claim_is_over(policy.rules, policy.zone, lineage.gone_since, now),
        )


def _plan_one(
    lineage: Lineage, policy: PolicyRetention, newer_elsewhere: datetime | None, now: datetime
) -> RetentionPlan:
    return plan(
        lineage.points,
        policy.rules,
        policy.zone,
        now,
        Circumstances(
            builtin=lineage.policy in RESERVED_NAMES and not policy.first_come,
            newer_elsewhere=newer_elsewhere,
            gone_since=lineage.gone_since,
            earlier=policy.earlier,
            spacing=policy.spacing,
            first_come=policy.first_come,
        ),
    )


def _newest_good(lineage: Lineage, now: datetime) -> datetime | None:
    times = (point.time for point in lineage.points if point.counts(now) and point.is_at_hand)
    return max(times, default=None)


def _orphaned(lineage: Lineage) -> RetentionPlan:
    ordered = sorted(lineage.points, key=lambda point: (point.time, point.id), reverse=True)
    return RetentionPlan(
        keep=tuple(
            Kept(point, (ORPHANED, *(protection.reason for protection in point.protections)))
            for point in ordered
        ),
        delete=(),
    )
