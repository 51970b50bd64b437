"""Turnover: a steady state never trips the brake, however small the cluster, but a mistake does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Policy
from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.deletion.brake import LineageChange, judge
from snapkeep.domain.retention.lineages import Lineage, LineagePlan, PolicyRetention, plan_lineages
from snapkeep.domain.retention.rules import Duration, RetentionRules, parse_retention
from snapkeep.domain.retention.turnover import Tally, tallies
from snapkeep_cli.config import load

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

    def tallies(self, now: datetime, plans: list[LineagePlan] | None = None) -> list[Tally]:
        found = self.plans(now) if plans is None else plans
        new = {point.id for points in self.points.values() for point in points} - self.seen
        return list(tallies(found, new, self.policies, now))

    def prune(self, now: datetime) -> str:
        """Prune, and tell why not; "" when the brake let it through."""
        plans = self.plans(now)
        verdict = judge(tally.change(tally.going) for tally in self.tallies(now, plans))
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


any_cluster = given(
    st.lists(reasonable(), min_size=1, max_size=3),
    st.sampled_from([timedelta(hours=hours) for hours in (6, 12, 24, 168)]),
    st.integers(0, 364),
)


@settings(max_examples=10, deadline=None)
@any_cluster
def test_ninety_days_of_a_cluster_with_one_claim_never_brake(
    policies: list[PolicyRetention], every: timedelta, day: int
) -> None:
    ninety_days(policies, every, day)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@any_cluster
def test_nor_do_those_of_many_clusters(policies: list[PolicyRetention], every: timedelta, day: int) -> None:
    ninety_days(policies, every, day)


def ninety_days(policies: list[PolicyRetention], every: timedelta, day: int) -> None:
    claim = Claim(**{f"p{number}": policy for number, policy in enumerate(policies)})
    assert list(live(claim, datetime(2026, 1, 1, 18, tzinfo=UTC) + day * DAY, every)) == []


def test_a_monday_that_is_the_first_pushes_out_a_point_of_each_rule() -> None:
    claim = Claim(p=PolicyRetention(TINY))
    assert list(live(claim, MONDAY_THE_FIRST - 80 * DAY, DAY, days=79)) == []
    claim.back_up(MONDAY_THE_FIRST)
    (tally,) = claim.tallies(MONDAY_THE_FIRST)
    change = tally.change(tally.going)
    assert (change.points, change.new, change.excused, change.beyond) == (5, 1, 3, ())
    assert judge([replace(change, excused=0, beyond=tally.going)]).braked
    assert claim.prune(MONDAY_THE_FIRST) == ""


def test_what_would_go_without_the_new_points_counts_in_full() -> None:
    claim = Claim(p=PolicyRetention(RetentionRules(last=20)))
    assert list(live(claim, MONDAY_THE_FIRST, DAY, days=30)) == []
    claim.policies["p"] = PolicyRetention(TINY)
    claim.back_up(MONDAY_THE_FIRST + 31 * DAY)
    assert "points would be deleted" in claim.prune(MONDAY_THE_FIRST + 31 * DAY)


def test_a_window_that_moves_on_after_an_outage_is_for_the_brake_to_see() -> None:
    claim = Claim(p=PolicyRetention(RetentionRules(within=Duration(days=14))))
    assert list(live(claim, MONDAY_THE_FIRST, DAY, days=30)) == []
    back = MONDAY_THE_FIRST + 60 * DAY
    claim.back_up(back)
    assert [max(tally.excused, tally.runs) for tally in claim.tallies(back)] == [1]
    assert "points would be deleted" in claim.prune(back)


def excused_by(rules: RetentionRules, old: list[datetime], new: list[datetime], **policy: Any) -> int:
    """How many deletions these new points may account for at most."""
    policies = {"p": PolicyRetention(rules, **policy)}
    points = [a_point(time) for time in (*old, *new)]
    plans = list(plan_lineages([Lineage("claim", "p", points)], policies, new[-1]))
    fresh = {a_point(time).id for time in new}
    (tally,) = tallies(plans, fresh, policies, new[-1])
    return max(tally.excused, tally.runs)


def test_a_new_point_accounts_for_one_deletion_of_each_rule_whose_period_it_is_the_first_to_fill() -> None:
    sunday = MONDAY_THE_FIRST - DAY
    old = [sunday - number * DAY for number in range(12)]
    rules = RetentionRules(last=1, daily=1, weekly=1, monthly=1)
    assert excused_by(rules, old, [MONDAY_THE_FIRST]) == 4
    assert excused_by(rules, [*old, MONDAY_THE_FIRST], [MONDAY_THE_FIRST + timedelta(hours=6)]) == 1
    assert excused_by(rules, [*old, MONDAY_THE_FIRST], [MONDAY_THE_FIRST + DAY]) == 2
    assert excused_by(replace(rules, within_weekly=Duration(days=7)), old, [MONDAY_THE_FIRST]) == 5


def test_points_closer_together_than_the_schedule_fill_one_period() -> None:
    old = [MONDAY_THE_FIRST - number * DAY for number in range(1, 9)]
    burst = [MONDAY_THE_FIRST + timedelta(minutes=number) for number in range(60)]
    rules = RetentionRules(last=1)
    assert excused_by(rules, old, burst, spacing=DAY) == 1
    assert excused_by(rules, [*old, burst[0]], burst[1:], spacing=DAY) == 0
    assert excused_by(rules, old, [burst[0], burst[0] + timedelta(hours=13)], spacing=DAY) == 2


def test_what_new_points_account_for_is_the_oldest_that_they_push_out() -> None:
    tally = Tally("claim/p", 40, 2, ("a", "b", "c", "d", "e", "f"), frozenset("bcdef"), excused=3, runs=2)
    assert tally.change("abcdef") == LineageChange("claim/p", 40, 2, 3, ("a", "e", "f"))
    assert tally.change("aef") == LineageChange("claim/p", 40, 2, 2, ("a",))
    assert replace(tally, excused=0).change("abcdef") == LineageChange(
        "claim/p", 40, 2, 2, ("c", "d", "e", "f")
    )


def test_what_stays_only_because_it_was_refused_gives_no_room_to_lose_more() -> None:
    tally = Tally("claim/p", 14, 0, ("a",))
    assert tally.change("a", refused=13).points == 1


def test_age_excuses_the_oldest_that_became_too_old_since_the_last_prune_and_only_that() -> None:
    policies = {"p": PolicyRetention(RetentionRules(last="all", max_age=Duration(days=3)), spacing=DAY)}
    points = [a_point(MONDAY_THE_FIRST - number * DAY / 2) for number in range(10)]
    (plan,) = plan_lineages([Lineage("claim", "p", points)], policies, MONDAY_THE_FIRST)

    def beyond(since: datetime | None) -> int:
        (tally,) = tallies([plan], (), policies, MONDAY_THE_FIRST, since)
        return len(tally.change(tally.going).beyond)

    going = len(plan.plan.delete)
    assert going == 3
    assert beyond(None) == beyond(MONDAY_THE_FIRST - timedelta(hours=1)) == going
    assert beyond(MONDAY_THE_FIRST - DAY / 2) == beyond(MONDAY_THE_FIRST - 8 * DAY) == going - 1


def test_points_of_a_policy_that_is_gone_account_for_nothing() -> None:
    claim = Claim(p=PolicyRetention(RetentionRules(last=2)))
    claim.back_up(MONDAY_THE_FIRST)
    assert [tally.runs for tally in claim.tallies(MONDAY_THE_FIRST)] == [1]
    claim.policies = {}
    assert [tally.runs for tally in claim.tallies(MONDAY_THE_FIRST)] == [0]


def test_a_claim_that_is_over_says_so() -> None:
    rules = RetentionRules(last=5, after_claim_deleted=Duration(days=7))
    policies = {"p": PolicyRetention(rules)}
    points = [a_point(MONDAY_THE_FIRST - number * DAY) for number in range(5)]
    lineage = Lineage("claim", "p", points, gone_since=MONDAY_THE_FIRST)
    for days, over in ((6, False), (8, True)):
        now = MONDAY_THE_FIRST + days * DAY
        plans = list(plan_lineages([lineage], policies, now))
        (tally,) = tallies(plans, (), policies, now)
        assert (tally.claim_over, len(plans[0].plan.delete)) == (over, 4 if over else 0)
        roomy = replace(tally, lineage="others", points=40, claim_over=False).change([])
        assert not judge([tally.change(tally.going), roomy]).braked


EXAMPLE = load(Path(__file__).parents[5] / "snapkeep.yaml")


@pytest.mark.parametrize("policy", EXAMPLE.policies, ids=lambda policy: policy.name)
@pytest.mark.parametrize("hours", [6, 24, 168])
def test_ninety_days_of_every_example_policy_never_brake(policy: Policy, hours: int) -> None:
    every = timedelta(hours=hours)
    rules = parse_retention(policy.retention)
    claim = Claim(p=PolicyRetention(rules, ZoneInfo(policy.schedule.timezone), spacing=every))
    assert list(live(claim, MONDAY_THE_FIRST, every)) == []
