"""Turnover: a steady state never brakes, however small the cluster, and a slip does all the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapkeep.domain.brake import judge
from snapkeep.domain.lineages import Lineage, LineagePlan, PolicyRetention, plan_lineages
from snapkeep.domain.points import PointState
from snapkeep.domain.retention import Duration, RetentionRules
from snapkeep.domain.retention_points import Candidate
from snapkeep.domain.turnover import Tally, tallies

MONDAY_THE_FIRST = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TINY = RetentionRules(last=2, daily=2, weekly=2, monthly=2)


def a_point(time: datetime, policy: str = "p") -> Candidate:
    return Candidate(f"{policy}-{time:%Y%m%d%H%M}", time, PointState.READY)


class Claim:
    """A claim alone in its cluster, backed up and pruned in turn; nobody confirms anything."""

    def __init__(self, **policies: PolicyRetention) -> None:
        self.policies = policies
        self.points: dict[str, list[Candidate]] = {name: [] for name in policies}
        self.seen: set[str] = set()

    def back_up(self, now: datetime, *policies: str) -> None:
        for name in policies or self.policies:
            self.points[name].append(a_point(now, name))

    def plans(self, now: datetime) -> list[LineagePlan]:
        lineages = [Lineage("claim", name, points) for name, points in self.points.items() if points]
        return list(plan_lineages(lineages, self.policies, now))

    def tallies(self, now: datetime) -> list[Tally]:
        return list(tallies(self.plans(now), lambda point: point.id not in self.seen, self.policies, now))

    def prune(self, now: datetime) -> str:
        """Prune, and tell why not; "" when the brake let it through."""
        plans = self.plans(now)
        going = [[gone.point.id for gone in item.plan.delete] for item in plans]
        verdict = judge(tally.load(ids) for tally, ids in zip(self.tallies(now), going, strict=True))
        if verdict.braked:
            return f"{now}: {verdict.reason}"
        for item in plans:
            self.points[item.policy] = [kept.point for kept in item.plan.keep]
        self.seen = {point.id for points in self.points.values() for point in points}
        return ""


def live(claim: Claim, start: datetime, every: timedelta, days: int = 90) -> Iterator[str]:
    """Reasons of brakes while the claim is backed up and pruned after each run."""
    for number in range(days * DAY // every + 1):
        now = start + number * every
        claim.back_up(now)
        reason = claim.prune(now + timedelta(minutes=5))
        if reason:
            yield reason


counts = st.one_of(st.integers(1, 60), st.just("all"))
spans = st.builds(
    Duration,
    months=st.sampled_from([0, 0, 1, 2, 14]),
    days=st.sampled_from([0, 1, 2, 7, 14, 30]),
    hours=st.sampled_from([0, 0, 12]),
).filter(lambda span: span != Duration())


@st.composite
def reasonable(draw: st.DrawFn) -> PolicyRetention:
    """Any counts, windows and zone, and perhaps an age that is the end of all."""
    kinds: dict[str, st.SearchStrategy[Any]] = {
        **dict.fromkeys(("last", "hourly", "daily", "weekly", "monthly", "yearly"), counts),
        **dict.fromkeys(("within", "within_daily", "within_weekly", "within_monthly"), spans),
    }
    chosen = draw(st.lists(st.sampled_from(sorted(kinds)), min_size=1, max_size=6, unique=True))
    rules: dict[str, Any] = {name: draw(kinds[name]) for name in chosen}
    max_age = draw(st.sampled_from([None, None, Duration(days=30), Duration(months=2)]))
    minimum = draw(st.sampled_from([1, 1, 3]))
    zone = draw(st.sampled_from(["UTC", "Asia/Seoul", "America/New_York", "Australia/Lord_Howe"]))
    return PolicyRetention(RetentionRules(**rules, max_age=max_age, minimum=minimum), ZoneInfo(zone))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(reasonable(), min_size=1, max_size=3),
    st.sampled_from([timedelta(hours=hours) for hours in (6, 12, 24, 168)]),
    st.integers(0, 364),
)
def test_ninety_days_of_a_cluster_with_one_claim_never_brake(
    policies: list[PolicyRetention], every: timedelta, day: int
) -> None:
    claim = Claim(**{f"p{number}": policy for number, policy in enumerate(policies)})
    assert list(live(claim, datetime(2026, 1, 1, 18, tzinfo=UTC) + day * DAY, every)) == []


def test_a_monday_that_is_the_first_pushes_out_a_point_of_each_rule() -> None:
    claim = Claim(p=PolicyRetention(TINY))
    assert list(live(claim, MONDAY_THE_FIRST - 80 * DAY, DAY, days=79)) == []
    claim.back_up(MONDAY_THE_FIRST)
    (tally,) = claim.tallies(MONDAY_THE_FIRST)
    (plan,) = claim.plans(MONDAY_THE_FIRST)
    load = tally.load([gone.point.id for gone in plan.plan.delete])
    assert (load.points, load.new, load.deletions, load.pushed) == (5, 1, 3, 3)
    assert judge([replace(load, pushed=0)]).braked
    assert claim.prune(MONDAY_THE_FIRST) == ""


def test_what_would_go_without_the_new_points_counts_in_full() -> None:
    claim = Claim(p=PolicyRetention(RetentionRules(last=20)))
    assert list(live(claim, MONDAY_THE_FIRST, DAY, days=30)) == []
    claim.policies["p"] = PolicyRetention(TINY)
    claim.back_up(MONDAY_THE_FIRST + 31 * DAY)
    assert "points would go" in claim.prune(MONDAY_THE_FIRST + 31 * DAY)


def test_a_window_that_moves_on_after_an_outage_is_for_the_brake_to_see() -> None:
    claim = Claim(p=PolicyRetention(RetentionRules(within=Duration(days=14))))
    assert list(live(claim, MONDAY_THE_FIRST, DAY, days=30)) == []
    back = MONDAY_THE_FIRST + 60 * DAY
    claim.back_up(back)
    assert [tally.excused for tally in claim.tallies(back)] == [1]
    assert "points would go" in claim.prune(back)


@pytest.mark.parametrize("new", [0, 1, 2])
def test_a_new_point_excuses_no_more_than_a_deletion_of_each_rule(new: int) -> None:
    tally = Tally("claim/p", 40, new, frozenset({"a", "b", "c", "d", "e"}), excused=new * 2)
    load = tally.load(["a", "b", "c", "d", "e", "f"])
    assert (load.deletions, load.pushed) == (6, min(new * 2, 5))


def test_points_of_a_policy_that_is_gone_excuse_nothing() -> None:
    claim = Claim(p=PolicyRetention(RetentionRules(last=2)))
    claim.back_up(MONDAY_THE_FIRST)
    assert [tally.excused for tally in claim.tallies(MONDAY_THE_FIRST)] == [1]
    claim.policies = {}
    assert [tally.excused for tally in claim.tallies(MONDAY_THE_FIRST)] == [0]


def test_a_claim_that_is_over_says_so() -> None:
    rules = RetentionRules(last=5, after_claim_deleted=Duration(days=7))
    policies = {"p": PolicyRetention(rules)}
    points = [a_point(MONDAY_THE_FIRST - number * DAY) for number in range(5)]
    lineage = Lineage("claim", "p", points, gone_since=MONDAY_THE_FIRST)
    for days, over in ((6, False), (8, True)):
        now = MONDAY_THE_FIRST + days * DAY
        plans = list(plan_lineages([lineage], policies, now))
        (tally,) = tallies(plans, lambda point: False, policies, now)
        assert (tally.claim_over, len(plans[0].plan.delete)) == (over, 4 if over else 0)
        loads = [tally.load([gone.point.id for gone in plans[0].plan.delete])]
        roomy = [replace(tally, lineage="others", points=40, claim_over=False).load([])]
        assert not judge([*loads, *roomy]).braked
